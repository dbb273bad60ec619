"""What no further attempt can change is a failure for good: its workflow ends, instead of trying for ever."""

from __future__ import annotations

from typing import Any

import psycopg
import structlog
from sqlalchemy.exc import IntegrityError, NoResultFound
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from store.transaction import ContradictionError, ProjectUnknownError

log = structlog.get_logger(__name__)

CONSTRAINT_ATTEMPTS = 2
"""So often may a constraint refuse a regular activity: it may be a race, which the next attempt finds decided."""


_CONSTRAINTS = (IntegrityError, psycopg.IntegrityError)  # some statements go past SQLAlchemy, to the driver
PERMANENT_ERRORS = (ProjectUnknownError, ContradictionError, *_CONSTRAINTS)
"""What an activity raises as it is, so that it is judged here."""


class PermanentErrorInterceptor(Interceptor):
    """Turns what PostgreSQL will refuse each time into errors that are not retried: `ProjectUnknown`, where there is no
    such project, and `RecordsContradict`, where what is there, or a constraint, refuses what is to be written."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _PermanentErrorInbound(next)


class _PermanentErrorInbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        try:
            return await super().execute_activity(input)
        except (ProjectUnknownError, NoResultFound) as error:  # rows are asked for by their project's id alone
            log.warning("project_unknown", workflow_id=info.workflow_id, activity=info.activity_type)
            raise ApplicationError("there is no such project", type="ProjectUnknown", non_retryable=True) from error
        except (ContradictionError, *_CONSTRAINTS) as error:
            may_be_a_race = not isinstance(error, ContradictionError)
            if may_be_a_race and (info.is_local or info.attempt < CONSTRAINT_ATTEMPTS):
                raise
            reason = str(error.orig if isinstance(error, IntegrityError) else error).splitlines()[0]
            log.error("records_contradict", workflow_id=info.workflow_id, activity=info.activity_type, reason=reason)
            raise ApplicationError(reason, type="RecordsContradict", non_retryable=True) from error
