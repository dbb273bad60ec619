"""Errors that no retry can fix become non-retryable, so that the workflow fails instead of retrying forever."""

from __future__ import annotations

from typing import Any

import psycopg
import structlog
from sqlalchemy.exc import IntegrityError, NoResultFound
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from config.postgres import explain
from models.contracts.contract import storable
from store.database import UNSTORABLE
from store.transaction import ContradictionError, ProjectUnknownError

log = structlog.get_logger(__name__)

CONSTRAINT_ATTEMPTS = 2
"""Attempts of a regular activity that violates a constraint. In a race, the next attempt finds the other
writer's row."""

_CONSTRAINTS = (IntegrityError, psycopg.IntegrityError)  # some statements bypass SQLAlchemy
PERMANENT_ERRORS = (ProjectUnknownError, ContradictionError, *_CONSTRAINTS)
"""Activities let these errors through, so that the interceptor handles them."""


class PermanentErrorInterceptor(Interceptor):
    """Turns errors that would occur at every attempt into non-retryable ones: `ProjectUnknown` if the project does not
    exist, `RecordsContradict` if a write contradicts existing rows or violates a constraint, and `Unstorable` if
    PostgreSQL cannot store a value."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _PermanentErrorInbound(next)


class _PermanentErrorInbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        try:
            return await super().execute_activity(input)
        except (ProjectUnknownError, NoResultFound) as error:  # rows are looked up only by project id
            log.warning("project_unknown", workflow_id=info.workflow_id, activity=info.activity_type)
            raise ApplicationError("the project does not exist", type="ProjectUnknown", non_retryable=True) from error
        except (ContradictionError, *_CONSTRAINTS) as error:
            may_be_a_race = not isinstance(error, ContradictionError)
            if may_be_a_race and (info.is_local or info.attempt < CONSTRAINT_ATTEMPTS):
                raise
            reason = str(error.orig if isinstance(error, IntegrityError) else error).splitlines()[0]
            log.error("records_contradict", workflow_id=info.workflow_id, activity=info.activity_type, reason=reason)
            raise ApplicationError(reason, type="RecordsContradict", non_retryable=True) from error
        except UNSTORABLE as error:
            reason = storable(explain(error))
            log.error("unstorable", workflow_id=info.workflow_id, activity=info.activity_type, reason=reason)
            raise ApplicationError(reason, type="Unstorable", non_retryable=True) from error
