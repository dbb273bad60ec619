"""The connections to PostgreSQL."""

from __future__ import annotations

import asyncio
import math
import os
import socket
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import orjson
import psycopg
import structlog
from psycopg import AsyncConnection as Driver
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from config import schema_check
from config.postgres import connection_parameters, explain
from config.settings import Settings
from store.statement import driver_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = structlog.get_logger(__name__)


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


def _examine(connection: Connection) -> schema_check.SchemaState:
    return schema_check.examine(lambda sql: connection.exec_driver_sql(sql).all())


class UnusableDatabaseError(Exception):
    """The database is not one that this version can work with; the message says why, and what to do."""


SECONDS = 9.0
"""How long a worker's unit of work may take; less than the 10 s after which the engine gives up a local activity."""

LEAST_SECONDS = 0.5
"""What is left to the statements of a unit of work that waited for its connection."""


def _note_moment(connection: object, record: ConnectionPoolEntry) -> None:
    record.info["made"] = time.monotonic()


class Database:
    """A pool of connections. One that died is replaced when it is next asked for.

    A unit of work may take `seconds`, the wait for its connection included. A PostgreSQL that stands still neither
    answers nor lets go, and to cancel a statement takes another answer of it: so the connection is cut, which ends the
    statement with an OperationalError, and all connections that are older are replaced, too.
    """

    def __init__(self, settings: Settings, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._stalled_at = -math.inf
        self.engine: AsyncEngine = create_async_engine(
            "postgresql+psycopg://",
            connect_args=connection_parameters(settings.database_url),
            isolation_level="READ COMMITTED",  # which a role's or a database's own default may not be
            pool_size=settings.database_pool,
            max_overflow=0,
            pool_timeout=seconds,
            pool_pre_ping=False,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
        )

        event.listen(self.engine.sync_engine, "connect", _note_moment)
        event.listen(self.engine.sync_engine, "checkout", self._refuse_stale)

    @asynccontextmanager
    async def reading(self, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        """A connection to read with: each statement sees what is committed when it starts.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, psycopg.Error: PostgreSQL is unavailable, or did not answer in time.
        """
        async with self._connected(seconds) as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @asynccontextmanager
    async def writing(self, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction, which is committed at the end of the block. Raises as `reading` does."""
        async with self._connected(seconds) as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def _connected(self, seconds: float | None) -> AsyncIterator[AsyncConnection]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (seconds or self._seconds)
        try:
            async with asyncio.timeout_at(deadline - LEAST_SECONDS):
                connection = await self.engine.connect()
        except TimeoutError:
            raise PoolTimeoutError("no connection to PostgreSQL in time") from None
        cutting = loop.call_at(deadline, self._cut, await driver_of(connection))
        try:
            yield connection
        finally:
            try:
                await asyncio.shield(asyncio.create_task(connection.close()))  # which may take a rollback
            finally:
                cutting.cancel()

    def _cut(self, driver: Driver[Any]) -> None:
        """Let a connection end, as if the server had ended it."""
        self._stalled_at = time.monotonic()
        log.warning("database_stalled", seconds=self._seconds)
        with suppress(psycopg.OperationalError, OSError), socket.socket(fileno=os.dup(driver.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    def _refuse_stale(self, connection: object, record: ConnectionPoolEntry, proxy: object) -> None:
        if record.info["made"] <= self._stalled_at:
            raise DisconnectionError("PostgreSQL stood still since this connection was made")

    async def examine(self) -> schema_check.SchemaState:
        """Whether this version can work with the database. Raises sqlalchemy.exc.OperationalError when PostgreSQL is
        away."""
        async with self.reading() as connection:
            return await connection.run_sync(_examine)

    async def ping(self, seconds: float | None = None) -> tuple[str | None, str | None]:
        """The server's version, which each connection was told when it was opened, and what is to be said of a database
        that can be worked with all the same. Raises sqlalchemy.exc.OperationalError when PostgreSQL is away or has no
        space left, UnusableDatabaseError when its database cannot be worked with."""
        async with self.writing(seconds) as connection:
            standing = await connection.run_sync(_examine)
            if not standing.newer and (standing.problem or not standing.current):
                raise UnusableDatabaseError(standing.problem or schema_check.NOT_MIGRATED)
            await connection.execute(text("SELECT FROM project LIMIT 1"))
            # With a full disk it answers whoever reads. More than work_mem makes it write a file, gone when it is read.
            await connection.execute(text("SET LOCAL work_mem = '64kB'"))
            await connection.execute(text("SELECT count(*) FROM generate_series(1, 10000)"))
            version = (await driver_of(connection)).info.parameter_status("server_version")
        return version.split()[0] if version else None, standing.problem  # what follows names the package

    async def close(self) -> None:
        await self.engine.dispose()


async def log_database_problem(database: Database) -> None:
    """Log what is wrong with the database, if anything is: in one line, as a process starts. It goes on all the same,
    since what is wrong may be mended while it runs; health says it, too."""
    try:
        standing = await database.examine()
    except Exception as error:
        log.error("database_unavailable", reason=explain(error))
        return
    if standing.problem or not standing.current:
        log.error("database_unusable", reason=standing.problem or schema_check.NOT_MIGRATED)
