"""Copies of finished projects, each with ids and contents of its own: a database as many projects leave it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Uuid

from models.tables import metadata
from store.database import Database
from store.statement import driver_of

COPIED = (
    "content",
    "project",
    "task",
    "artifact",
    "hitl_request",
    "hitl_decision",
    "agent_state",
    "event",
    "transcript",
)
"""The tables with rows of a project, in the order of their references."""

CONTENT = {"hash", "content_hash"}
NONE = {"idempotency_key", "parent_id", "parent_kind"}


async def clone(database: Database, first: int, last: int, days: float) -> None:
    """Add the copies `first` to `last` of all that is there and is no copy; all of it is so old."""
    async with database.writing(600) as connection:
        driver = driver_of(connection)
        for name in COPIED:
            await driver.execute(_statement(name), {"first": first, "last": last, "days": f"{days} days"})


async def age(database: Database, days: float) -> None:
    """Let all projects have ended so long ago."""
    async with database.writing() as connection:
        driver = driver_of(connection)
        past = f"clock_timestamp() - interval '{days} days'"
        await driver.execute(f"UPDATE project SET ended_at = {past}, updated_at = {past}".encode())
        await driver.execute(f"UPDATE content SET stored_at = {past}".encode())


async def rows(database: Database) -> int:
    """Return how many rows the copied tables have."""
    union = " UNION ALL ".join(f"SELECT count(*) FROM {name}" for name in COPIED)
    async with database.reading() as connection:
        driver = driver_of(connection)
        found: Any = await (await driver.execute(f"SELECT sum(count) FROM ({union})".encode())).fetchone()
    return int(found[0])


def _statement(name: str) -> bytes:
    """Return the statement that copies the rows of a table. Copied ids have version 0, as no others."""
    table = metadata.tables[name]
    columns = [column for column in table.columns if column.computed is None]
    values = ", ".join(_value(column.name, isinstance(column.type, Uuid)) for column in columns)
    key = next(iter(table.primary_key.columns)).name
    is_copy = f"{key} LIKE '%%-%%'" if name == "content" else f"substr({key}::text, 15, 1) = '0'"
    return (
        f"INSERT INTO {name} ({', '.join(column.name for column in columns)}) "
        f"SELECT {values} FROM {name}, generate_series(%(first)s::int, %(last)s::int) AS copy WHERE NOT {is_copy}"
    ).encode()


def _value(column: str, is_id: bool) -> str:
    if column in NONE:
        return "NULL"
    if column in CONTENT:
        return f"{column} || '-' || copy"
    if is_id:
        return f"overlay(md5({column}::text || copy) PLACING '0' FROM 13 FOR 1)::uuid"
    if column in ("ended_at", "updated_at", "stored_at"):
        return "clock_timestamp() - %(days)s::interval"
    return column
