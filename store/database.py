"""The connection pool of PostgreSQL."""

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
from sqlalchemy.exc import DataError, DisconnectionError, SQLAlchemyError
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


def _check_schema(connection: Connection) -> schema_check.SchemaState:
    return schema_check.check_schema(lambda sql: connection.exec_driver_sql(sql).all())


DATABASE_ERRORS = (SQLAlchemyError, psycopg.Error)
"""What the store raises: it runs some statements through SQLAlchemy and some through the driver itself."""

UNSTORABLE = (DataError, psycopg.DataError, UnicodeEncodeError)
"""Errors of a value that PostgreSQL cannot store, however often it is tried."""


class UnusableDatabaseError(Exception):
    """This version cannot use the database. The message says why and what to do."""


SECONDS = 9.0
"""How long a worker's transaction may take: less than the 10 s after which Temporal times out a local activity."""

MIN_STATEMENT_SECONDS = 0.5
"""The time that a transaction has for its statements after waiting for its connection."""


def _note_creation(connection: object, record: ConnectionPoolEntry) -> None:
    record.info["created_at"] = time.monotonic()


class Database:
    """A pool of connections. A dead connection is replaced when it is next checked out.

    A transaction may take `seconds`, including the wait for its connection. A frozen PostgreSQL neither answers nor
    closes connections, and cancelling a statement also needs its answer. So the connection is shut down, which ends the
    statement with an OperationalError, and all older connections are replaced, too.
    """

    def __init__(self, settings: Settings, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._stalled_at = -math.inf
        self._uses = 0
        """Connections that are being opened, are in use, or are on their way back to the pool."""
        self._unused = asyncio.Event()
        self.engine: AsyncEngine = create_async_engine(
            "postgresql+psycopg://",
            connect_args=connection_parameters(settings.database_url),
            isolation_level="READ COMMITTED",  # the default of a role or a database may differ
            pool_size=settings.database_pool,
            max_overflow=0,
            pool_timeout=seconds,
            pool_pre_ping=False,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
        )

        self._reading_engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(self.engine.sync_engine, "connect", _note_creation)
        event.listen(self.engine.sync_engine, "checkout", self._refuse_stale)

    @asynccontextmanager
    async def reading(self, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        """Open a connection for reading. Each statement sees what is committed when it starts.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, psycopg.Error: PostgreSQL is unavailable or did not answer in time.
        """
        async with self._connected(self._reading_engine, seconds) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        """Open a connection with a transaction, committed at the end of the block. Raises as `reading` does."""
        async with self._connected(self.engine, seconds) as connection:
            yield connection
            await driver_of(connection).commit()  # otherwise the connection is rolled back as it returns to the pool

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine, seconds: float | None) -> AsyncIterator[AsyncConnection]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (seconds or self._seconds)
        self._uses += 1
        try:
            async with asyncio.timeout_at(deadline - MIN_STATEMENT_SECONDS):
                connection = await engine.connect()
        except BaseException as error:
            self._end_use()
            if isinstance(error, TimeoutError):
                raise PoolTimeoutError("no connection to PostgreSQL in time") from None
            raise
        timer = loop.call_at(deadline, self._shut_down, driver_of(connection))
        try:
            yield connection
        finally:
            # May include a rollback, which continues if this task is cancelled.
            returning = asyncio.create_task(connection.close())
            returning.add_done_callback(lambda _: self._end_use(timer))
            await asyncio.shield(returning)

    def _end_use(self, timer: asyncio.TimerHandle | None = None) -> None:
        if timer is not None:
            timer.cancel()
        self._uses -= 1
        if not self._uses:
            self._unused.set()

    def _shut_down(self, driver: Driver[Any]) -> None:
        """Shut down a connection, as if the server had closed it."""
        self._stalled_at = time.monotonic()
        log.warning("database_stalled", seconds=self._seconds)
        with suppress(psycopg.OperationalError, OSError), socket.socket(fileno=os.dup(driver.fileno())) as connection:
            connection.shutdown(socket.SHUT_RDWR)

    def _refuse_stale(self, connection: object, record: ConnectionPoolEntry, proxy: object) -> None:
        if record.info["created_at"] <= self._stalled_at:
            raise DisconnectionError("PostgreSQL has stopped answering since this connection was opened")

    async def check_schema(self) -> schema_check.SchemaState:
        """Return whether this version can use the database.

        Raises:
            sqlalchemy.exc.OperationalError: PostgreSQL is unavailable.
        """
        async with self.reading() as connection:
            return await connection.run_sync(_check_schema)

    async def ping(self, seconds: float | None = None) -> tuple[str | None, str | None]:
        """Return the server's version, and a warning about a database that is nevertheless usable.

        Raises:
            sqlalchemy.exc.OperationalError: PostgreSQL is unavailable or has no space left.
            UnusableDatabaseError: this version cannot use the database.
        """
        async with self.writing(seconds) as connection:
            state = await connection.run_sync(_check_schema)
            if not state.newer and (state.problem or not state.current):
                raise UnusableDatabaseError(state.problem or schema_check.NOT_MIGRATED)
            await connection.execute(text("SELECT FROM project LIMIT 1"))
            # With a full disk, reading still works. Exceeding work_mem makes PostgreSQL write a temporary file.
            await connection.execute(text("SET LOCAL work_mem = '64kB'"))
            await connection.execute(text("SELECT count(*) FROM generate_series(1, 10000)"))
            version = driver_of(connection).info.parameter_status("server_version")
        return version.split()[0] if version else None, state.problem  # the rest names the package

    async def close(self) -> None:
        """Close the connections. Wait for those in use, since the pool would forget them: of a task that was cancelled
        in its rollback, or that nobody waits for. The time limit of a transaction holds for them, too."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                while self._uses:
                    self._unused.clear()
                    await self._unused.wait()
        await self.engine.dispose()


async def log_database_problem(database: Database) -> None:
    """Log a problem of the database in one line as a process starts. The process continues, because the problem may be
    fixed while it runs; the health check reports it, too."""
    try:
        state = await database.check_schema()
    except Exception as error:
        log.error("database_unavailable", reason=explain(error))
        return
    if state.problem or not state.current:
        log.error("database_unusable", reason=state.problem or schema_check.NOT_MIGRATED)
