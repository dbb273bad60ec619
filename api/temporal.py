"""Calls to Temporal from a request: with a timeout, and with errors that say what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from temporalio.service import RPCError, RPCStatusCode

from api.errors import UnavailableError
from models.contracts.contract import storable
from workflows.client import means_workflow_is_gone

log = structlog.get_logger(__name__)

CALL_SECONDS = 3.0
"""How long a request waits for Temporal."""

START_SECONDS = 2.0
"""How long a request waits for a start. Afterwards a worker starts what the request has committed."""

_UNAVAILABLE = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}
MAX_REASON = 200


class WorkflowGoneError(Exception):
    """There is no such workflow, or it has ended."""


@asynccontextmanager
async def temporal_call(seconds: float = CALL_SECONDS) -> AsyncIterator[None]:
    """Call Temporal inside the block.

    Raises:
        WorkflowGoneError: the workflow does not exist, or has ended.
        UnavailableError: Temporal is unavailable, or refuses the call with the reason in the message: it lacks a
            setting that BotArmy needs, or is overloaded.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise UnavailableError("Temporal is unavailable: it does not answer.") from None
    except RPCError as error:
        if means_workflow_is_gone(error):
            raise WorkflowGoneError from None
        if error.status in _UNAVAILABLE:
            raise UnavailableError("Temporal is unavailable.") from error
        log.warning("temporal_refused", status=error.status.name, reason=error.message)
        reason = storable(" ".join(error.message.split()))[:MAX_REASON]
        raise UnavailableError(f"Temporal refused the call: {reason}.") from error
    except RuntimeError as error:
        # The SDK's way to report that a lazy client's first connection failed.
        if "Failed client connect" not in str(error):
            raise
        raise UnavailableError("Temporal is unavailable.") from error
