"""Wake steps that wait in Temporal for their next attempt, so that a stop is seen at once."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetActivityRequest
from temporalio.client import Client

from api.errors import UnavailableError
from api.temporal import WorkflowGoneError, temporal_call

log = structlog.get_logger(__name__)


async def wake_waiting_steps(client: Client, workflow_id: str) -> None:
    """Let the steps of a workflow that wait for a retry try again now. Of no consequence if it fails: the wait ends."""
    try:
        async with temporal_call():
            described = (await client.get_workflow_handle(workflow_id).describe()).raw_description
            now = datetime.now(UTC)
            for activity in described.pending_activities:
                due = activity.next_attempt_schedule_time
                if activity.HasField("next_attempt_schedule_time") and due.ToDatetime(UTC) > now:
                    request = ResetActivityRequest(
                        namespace=client.namespace,
                        execution=WorkflowExecution(workflow_id=workflow_id),
                        identity=client.identity,
                        id=activity.activity_id,
                    )
                    await client.workflow_service.reset_activity(request)
    except (UnavailableError, WorkflowGoneError) as error:
        log.warning("waiting_step_not_woken", workflow_id=workflow_id, reason=repr(error))
