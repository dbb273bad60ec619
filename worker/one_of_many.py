"""What fails for one row of many must not keep the others from being handled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from temporalio.service import RPCError, RPCStatusCode

from workflows.client import means_workflow_is_gone

log = structlog.get_logger(__name__)

_REFUSES_ALL = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.UNAUTHENTICATED,
    RPCStatusCode.PERMISSION_DENIED,
}


@contextmanager
def one_of_many(event: str, **row: str) -> Iterator[None]:
    """Handle one row inside the block. An error is logged as `event`, with the fields that name the row.

    Raises:
        temporalio.service.RPCError, TimeoutError, sqlalchemy.exc.SQLAlchemyError: Temporal or PostgreSQL is
            unavailable, so that every other row would fail, too.
    """
    try:
        yield
    except Exception as error:
        if _fails_for_all(error):
            raise
        log.warning(event, **row, reason=repr(error))


def _fails_for_all(error: Exception) -> bool:
    if isinstance(error, RPCError):
        is_namespace_missing = error.status is RPCStatusCode.NOT_FOUND and not means_workflow_is_gone(error)
        return error.status in _REFUSES_ALL or is_namespace_missing
    if isinstance(error, OperationalError | InterfaceError):
        return getattr(error.orig, "sqlstate", None) is None  # otherwise the server has answered
    return isinstance(error, TimeoutError | PoolTimeoutError | DisconnectionError)
