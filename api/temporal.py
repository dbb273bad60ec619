"""Calling Temporal from a request: not for long, and with errors that say what is the matter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from temporalio.service import RPCError, RPCStatusCode

from api.errors import UnavailableError
from models.contracts.contract import storable
from workflows.client import is_gone

log = structlog.get_logger(__name__)

SECONDS = 3.0
"""How long a call waits for Temporal before it says that it is away."""
START_SECONDS = 2.0
"""How long a call waits that need not: what it has committed is started by a worker, too."""

_NOT_THERE = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}
MAX_REASON = 200


class WorkflowGoneError(Exception):
    """There is no such workflow, or it has ended."""


@asynccontextmanager
async def reaching(seconds: float = SECONDS) -> AsyncIterator[None]:
    """Call Temporal inside.

    Raises:
        WorkflowGoneError: the workflow that was called is not there (any more).
        UnavailableError: Temporal is away, or refuses the call, which says why: it is not set up for us, or has too
            much to do.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise UnavailableError("Temporal is away: it does not answer.") from None
    except RPCError as error:
        if is_gone(error):
            raise WorkflowGoneError from None
        if error.status in _NOT_THERE:
            raise UnavailableError("Temporal is away.") from error
        log.warning("temporal_refused", status=error.status.name, reason=error.message)
        reason = storable(" ".join(error.message.split()))[:MAX_REASON]
        raise UnavailableError(f"Temporal is there, and refuses: {reason}.") from error
    except RuntimeError as error:
        # The way in which the SDK says that a lazy client's first connection failed.
        if "Failed client connect" not in str(error):
            raise
        raise UnavailableError("Temporal is away.") from error
