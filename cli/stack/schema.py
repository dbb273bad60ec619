"""Checks that this version can use the database, and whether its tables are up to date."""

from __future__ import annotations

import asyncio

from cli.stack.component import ComponentError
from config.postgres import conninfo, explain
from config.schema_check import SchemaState, check_schema


async def is_current(database: str) -> bool:
    """Return whether the database at this URL needs no migration.

    Raises:
        ComponentError: this version cannot use the database; the message says why and what to do.
    """
    import psycopg

    try:
        schema = await asyncio.to_thread(_check, database)
    except psycopg.Error as error:
        raise ComponentError("database", f"cannot be used: {explain(error)}") from error
    if schema.problem:
        raise ComponentError("database", f"cannot be used: {schema.problem}")
    return schema.current


def _check(database: str) -> SchemaState:
    import psycopg

    with psycopg.connect(conninfo(database), autocommit=True) as connection:
        return check_schema(lambda sql: connection.execute(sql).fetchall())
