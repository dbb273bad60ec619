"""Create a data directory with the recorded databases of a release and new passwords."""

from __future__ import annotations

import lzma
from pathlib import Path

import psycopg

from cli.stack.datadir import DataDir
from cli.stack.postgres import Postgres
from cli.stack.supervisor import Supervisor
from tests.releases import FOLDER


async def load(release: str, data: DataDir) -> None:
    """Fill an empty data directory that the caller has locked."""
    recorded = FOLDER / release
    postgres, supervisor = Postgres(data, port=0), Supervisor(data)
    try:
        await supervisor.start(postgres)
        async with await psycopg.AsyncConnection.connect(postgres.url, autocommit=True) as connection:
            await connection.execute(_opened(recorded / "postgres.sql.xz"))
    finally:
        await supervisor.stop()
    (data.folder("temporal") / "temporal.db").write_bytes(_opened(recorded / "temporal.db.xz"))


def _opened(path: Path) -> bytes:
    return lzma.decompress(path.read_bytes())
