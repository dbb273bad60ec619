"""Starts the embedded PostgreSQL, runs a statement, stops it, and prints the owner of its data.

Run as a script: `python serve_postgres.py PROGRAMS DATA_DIR`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import psycopg

from cli.stack import postgres
from cli.stack.component import ComponentError
from cli.stack.datadir import DataDir
from cli.stack.supervisor import Supervisor


async def main() -> None:
    postgres.PROGRAMS = Path(sys.argv[1])
    data = DataDir(Path(sys.argv[2]))
    data.create()
    server, supervisor = postgres.Postgres(data, port=0), Supervisor(data)
    try:
        await supervisor.start(server)
        async with await psycopg.AsyncConnection.connect(server.url) as connection:
            await connection.execute("CREATE TABLE IF NOT EXISTS kept ()")
        sys.stdout.write(f"{(data.path / 'postgres' / 'data').stat().st_uid}\n")
    except ComponentError as error:
        sys.exit(str(error))
    finally:
        await supervisor.stop()


if __name__ == "__main__":
    asyncio.run(main())
