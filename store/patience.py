"""Waiting for PostgreSQL with a write that must not be lost, such as a response that a provider was paid for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
import structlog
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from config.postgres import explain

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

PATIENCE_SECONDS = 60.0
"""How long a write waits for PostgreSQL: longer than a restart or a failover takes."""

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 8.0
"""Seconds between two tries; each pause is twice the one before it."""

_UNAVAILABLE = (
    *(OperationalError, InterfaceError, InternalError, PoolTimeoutError),
    *(psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError),
    psycopg.errors.UniqueViolation,
)
"""Errors that a later try may not meet: no connection, a full disk, a server that only reads during a failover; or the
same row, of an earlier try that a suspended server carries out at the same time."""


async def patiently(write: Callable[[], Awaitable[Result]], seconds: float | None = None) -> Result:
    """Write, and try again while PostgreSQL is unavailable. Cancellation ends the wait at once.

    Args:
        write: may have been committed although it raised, because only the acknowledgement was lost: writing again must
            have no effect then.
        seconds: how long to wait, PATIENCE_SECONDS by default.

    Raises:
        sqlalchemy.exc.SQLAlchemyError, psycopg.Error: PostgreSQL refuses the write, or is still unavailable.
    """
    deadline = time.monotonic() + (PATIENCE_SECONDS if seconds is None else seconds)
    pause = FIRST_PAUSE
    while True:
        try:
            return await write()
        except _UNAVAILABLE as error:
            if time.monotonic() + pause > deadline:
                raise
            log.warning("write_waits_for_database", reason=explain(error), seconds=pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
