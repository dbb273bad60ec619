"""The connections to PostgreSQL."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import orjson
import structlog
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from models import schema
from models.postgres import connection_parameters, explain
from models.settings import Settings
from store.statement import driver_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = structlog.get_logger(__name__)


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


def _examine(connection: Connection) -> schema.Standing:
    return schema.examine(lambda sql: connection.exec_driver_sql(sql).all())


class UnfitError(Exception):
    """The database is not one that this version can work with; the message says why, and what to do."""


class Database:
    """A pool of connections. A connection that died is replaced when it is next asked for."""

    def __init__(self, settings: Settings, *, pool_timeout: float = 30) -> None:
        self.engine: AsyncEngine = create_async_engine(
            "postgresql+psycopg://",
            connect_args=connection_parameters(settings.database_url),
            isolation_level="READ COMMITTED",  # which a role's or a database's own default may not be
            pool_size=settings.database_pool,
            max_overflow=0,
            pool_timeout=pool_timeout,
            pool_pre_ping=False,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with: each statement sees what is committed when it starts."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    async def examine(self) -> schema.Standing:
        """Whether this version can work with the database. Raises sqlalchemy.exc.OperationalError when PostgreSQL is
        away."""
        async with self.reading() as connection:
            return await connection.run_sync(_examine)

    async def ping(self) -> tuple[str | None, str | None]:
        """The server's version, which each connection was told when it was opened, and what is to be said of a database
        that can be worked with all the same. Raises sqlalchemy.exc.OperationalError when PostgreSQL is away or has no
        space left, UnfitError when its database cannot be worked with."""
        async with self.engine.begin() as connection:
            standing = await connection.run_sync(_examine)
            if not standing.newer and (standing.problem or not standing.current):
                raise UnfitError(standing.problem or schema.NOT_MIGRATED)
            await connection.execute(text("SELECT FROM project LIMIT 1"))
            # With a full disk it answers whoever reads. More than work_mem makes it write a file, gone when it is read.
            await connection.execute(text("SET LOCAL work_mem = '64kB'"))
            await connection.execute(text("SELECT count(*) FROM generate_series(1, 10000)"))
            version = (await driver_of(connection)).info.parameter_status("server_version")
        return version.split()[0] if version else None, standing.problem  # what follows names the package

    async def close(self) -> None:
        await self.engine.dispose()


async def log_fitness(database: Database) -> None:
    """Log what is wrong with the database, if anything is: in one line, as a process starts. It goes on all the same,
    since what is wrong may be mended while it runs; health says it, too."""
    try:
        standing = await database.examine()
    except Exception as error:
        log.error("database_unavailable", reason=explain(error))
        return
    if standing.problem or not standing.current:
        log.error("database_unfit", reason=standing.problem or schema.NOT_MIGRATED)
