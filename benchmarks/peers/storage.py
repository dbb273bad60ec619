"""What a contender stored, and how many SQL statements it sent."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from redis.asyncio import Redis

from benchmarks.stack import READY_SECONDS, Bench

_SIZE = """
SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class
WHERE relkind = 'r' AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
"""
_STATEMENTS = """
SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
WHERE datname = %s AND toplevel
"""


@dataclass(frozen=True)
class Stored:
    """Bytes in PostgreSQL, Temporal and Valkey, and SQL statements so far, BEGIN and COMMIT among them."""

    bytes: int
    statements: int


async def count_statements(bench: Bench) -> None:
    """Let PostgreSQL count statements: it is restarted."""
    address, before = bench.stack.state().database, bench.pids["postgres"]
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute("CREATE EXTENSION pg_stat_statements")
        await connection.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
    psutil.Process(before).send_signal(signal.SIGINT)  # a fast shutdown: it waits for no client
    async with asyncio.timeout(READY_SECONDS):
        while not await _counts(bench, before):  # noqa: ASYNC110 another process changes it
            await asyncio.sleep(0.1)
    await bench.renew()


async def stored(bench: Bench, database: str) -> Stored:
    """Return what is in a contender's database, and in the servers that all share."""
    async with await psycopg.AsyncConnection.connect(database) as connection:
        (size,) = await _row(connection, _SIZE)
    async with await psycopg.AsyncConnection.connect(bench.stack.state().database) as connection:
        (statements,) = await _row(connection, _STATEMENTS, database.rpartition("/")[2].partition("?")[0])
    async with Redis.from_url(bench.stack.state().redis) as redis:
        memory = (await redis.info("memory"))["used_memory"]
    temporal = bench.folder / "stack" / "temporal" / "temporal.db"
    files = await asyncio.to_thread(lambda: sum(_size(Path(f"{temporal}{end}")) for end in ("", "-wal")))
    return Stored(int(size) + memory + files, int(statements))


async def _counts(bench: Bench, before: int) -> bool:
    if bench.pids.get("postgres", before) == before:
        return False
    try:
        async with await psycopg.AsyncConnection.connect(bench.stack.state().database) as connection:
            await _row(connection, _STATEMENTS, "")
    except psycopg.Error:  # not ready yet
        return False
    return True


async def _row(connection: psycopg.AsyncConnection, query: str, *values: object) -> tuple[int, ...]:
    row = await (await connection.execute(query.encode(), values)).fetchone()
    assert row is not None
    return row


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
