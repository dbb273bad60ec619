"""Check the migrations on a separate database. `python -m tests.migrations` does so without pytest."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, inspect

from cli.stack.datadir import DataDir
from cli.stack.postgres import Postgres
from cli.stack.supervisor import Supervisor
from models.identity import metadata
from tests.checkout import CHECKOUT


class MigrationError(Exception):
    """A migration failed. The message has the step and its output."""


def alembic(url: str, *arguments: str) -> None:
    """Run alembic on a database; raises MigrationError."""
    ran = subprocess.run(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise MigrationError(f"alembic {' '.join(arguments)}:\n{ran.stdout}{ran.stderr}")


def tables(url: str) -> set[str]:
    """Return the tables of a database except Alembic's."""
    engine = create_engine("postgresql+psycopg://" + url.split("://", 1)[1])
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def check(url: str) -> None:
    """Migrate an empty database up, compare it with the models, down to empty, and up again.

    Raises:
        MigrationError: a step fails or leaves the wrong tables.
    """
    expected = set(metadata.tables)
    for arguments, left in (
        (("upgrade", "head"), expected),
        (("check",), expected),
        (("downgrade", "base"), set()),
        (("upgrade", "head"), expected),
        (("check",), expected),
    ):
        alembic(url, *arguments)
        if (found := tables(url)) != left:
            raise MigrationError(
                f"alembic {' '.join(arguments)} leaves the tables {sorted(found)} instead of {sorted(left)}"
            )


async def check_on_embedded() -> None:
    """Check on an embedded PostgreSQL that is started for it."""
    with tempfile.TemporaryDirectory() as folder:
        data = DataDir(Path(folder))
        postgres, supervisor = Postgres(data, port=0), Supervisor(data)
        with data.locked():
            try:
                await supervisor.start(postgres)
                await asyncio.to_thread(check, postgres.url)
            finally:
                await asyncio.shield(supervisor.stop())
