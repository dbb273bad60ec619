"""What a cancelled step still does: it stores what was paid, and returns what it has taken."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)

CANCELLED_SECONDS = 3.0
"""How long a cancelled step still tries to store what was paid: a cancellation is effective within 5 s."""


async def even_if_cancelled(storing: Coroutine[Any, Any, None]) -> None:
    """Store what was paid. If the step is cancelled meanwhile, that is raised after CANCELLED_SECONDS at most."""
    task = asyncio.create_task(storing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await briefly(task)
        raise


async def briefly(storing: Coroutine[Any, Any, None] | asyncio.Task[None]) -> None:
    """Store what a cancelled step has paid, if that takes CANCELLED_SECONDS at most. Otherwise the reservation is
    booked when the task starts again, or by the sweeper."""
    task = asyncio.ensure_future(storing)
    try:
        await asyncio.wait([task], timeout=CANCELLED_SECONDS)
    finally:
        task.cancel()
    if not task.cancelled() and task.done() and (error := task.exception()):
        log.warning("cancelled_call_not_stored", reason=repr(error))
