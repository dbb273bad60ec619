"""What no further attempt can change is a failure for good: its workflow ends, instead of trying for ever."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError, NoResultFound
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from store.transaction import ProjectUnknownError

log = structlog.get_logger(__name__)

CONTRADICTION_TRIES = 5
"""So often may a constraint refuse a regular activity: it may be a race, which the next attempt finds decided."""


class Refusals(Interceptor):
    """Turns what PostgreSQL will refuse each time into errors that are not retried: `ProjectUnknown`, where there is no
    such project, and `RecordsContradict`, where a constraint refuses what is to be written."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Refusals(next)


class _Refusals(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        try:
            return await super().execute_activity(input)
        except (ProjectUnknownError, NoResultFound) as error:  # rows are asked for by their project's id alone
            log.warning("project_unknown", workflow_id=info.workflow_id, activity=info.activity_type)
            raise ApplicationError("there is no such project", type="ProjectUnknown", non_retryable=True) from error
        except IntegrityError as error:
            if info.is_local or info.attempt < CONTRADICTION_TRIES:
                raise
            reason = str(error.orig).splitlines()[0]
            log.error("records_contradict", workflow_id=info.workflow_id, activity=info.activity_type, reason=reason)
            raise ApplicationError(reason, type="RecordsContradict", non_retryable=True) from error
