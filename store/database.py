"""The connections to PostgreSQL."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from models.settings import Settings
from store.statement import driver_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


class Database:
    """A pool of connections. A connection that died is replaced when it is next asked for."""

    def __init__(self, settings: Settings, *, pool_timeout: float = 30) -> None:
        self.engine: AsyncEngine = create_async_engine(
            settings.sqlalchemy_url,
            pool_size=settings.database_pool,
            max_overflow=0,
            pool_timeout=pool_timeout,
            pool_pre_ping=False,
            # Moments come back in the session's time zone, and events take them from there.
            connect_args={"connect_timeout": 5, "options": "-c TimeZone=UTC"},
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with: each statement sees what is committed when it starts."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    async def ping(self) -> str | None:
        """The server's version, which each connection was told when it was opened. Raises
        sqlalchemy.exc.OperationalError when PostgreSQL is away or has no space left, ProgrammingError when it has no
        tables."""
        async with self.engine.begin() as connection:
            await connection.execute(text("SELECT FROM project LIMIT 1"))
            # With a full disk it answers whoever reads. More than work_mem makes it write a file, gone when it is read.
            await connection.execute(text("SET LOCAL work_mem = '64kB'"))
            await connection.execute(text("SELECT count(*) FROM generate_series(1, 10000)"))
            version = (await driver_of(connection)).info.parameter_status("server_version")
        return version.split()[0] if version else None  # what follows names the package

    async def close(self) -> None:
        await self.engine.dispose()
