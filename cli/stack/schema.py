"""Whether the database is one to work with, and its tables are up to date."""

from __future__ import annotations

import asyncio

from cli.stack.component import ComponentError
from config.postgres import conninfo, explain
from config.schema_check import SchemaState, examine


async def is_current(database: str) -> bool:
    """Whether the database at this URL needs no migration.

    Raises:
        ComponentError: it is none that this version can work with; the message says why, and what to do.
    """
    import psycopg

    try:
        standing = await asyncio.to_thread(_examine, database)
    except psycopg.Error as error:
        raise ComponentError("database", f"cannot be used: {explain(error)}") from error
    if standing.problem:
        raise ComponentError("database", f"cannot be used: {standing.problem}")
    return standing.current


def _examine(database: str) -> SchemaState:
    import psycopg

    with psycopg.connect(conninfo(database), autocommit=True) as connection:
        return examine(lambda sql: connection.execute(sql).fetchall())
