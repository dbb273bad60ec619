"""A statement in PostgreSQL's own words, run by the driver itself: on the way of every step, where SQLAlchemy's share
of the time was more than half (8.7 ms of CPU a step against 3 ms)."""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg import AsyncConnection as Driver
from psycopg.rows import namedtuple_row
from sqlalchemy.ext.asyncio import AsyncConnection


async def run(connection: AsyncConnection, sql: LiteralString, **values: Any) -> list[Any]:
    """Run one statement, with `%(name)s` for its values, in the connection's transaction; gives its rows, named.

    Raises:
        psycopg.Error: as the driver raises it.
    """
    driver = await driver_of(connection)
    async with driver.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(sql, values)
        return await cursor.fetchall() if cursor.description else []


async def driver_of(connection: AsyncConnection) -> Driver[Any]:
    """The driver's own connection behind SQLAlchemy's."""
    pooled = await connection.get_raw_connection()
    driver: Driver[Any] = pooled.driver_connection  # type: ignore[assignment]
    return driver
