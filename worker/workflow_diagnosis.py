"""What is wrong with a workflow, read from its history and from what it says about itself."""

from __future__ import annotations

from uuid import UUID

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, HistoryEventFilterType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import (
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client, WorkflowExecutionDescription

from models.contracts.enums import ProjectStatus
from models.contracts.workflow_state import WorkflowView
from store.open_workflows import OpenWorkflow


async def task_failure(client: Client, run: WorkflowExecutionDescription) -> str | None:
    """Return why a run's workflow tasks fail, or None if they only wait or time out."""
    answer = await client.workflow_service.get_workflow_execution_history_reverse(
        GetWorkflowExecutionHistoryReverseRequest(
            namespace=run.namespace,
            execution=WorkflowExecution(workflow_id=run.id, run_id=run.run_id),
            maximum_page_size=10,
        )
    )
    for event in answer.history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            return None
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            return _describe_task_failure(event)
    return None


def _describe_task_failure(event: HistoryEvent) -> str:
    attributes = event.workflow_task_failed_event_attributes
    cause = WorkflowTaskFailedCause.Name(attributes.cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
    message = " ".join(attributes.failure.message.split())[:500]
    return f"Its workflow tasks fail ({cause.lower().replace('_', ' ')}): {message}"


async def run_failure(client: Client, run: WorkflowExecutionDescription) -> str | None:
    """Return the root cause of a failed run."""
    answer = await client.workflow_service.get_workflow_execution_history(
        GetWorkflowExecutionHistoryRequest(
            namespace=run.namespace,
            execution=WorkflowExecution(workflow_id=run.id, run_id=run.run_id),
            history_event_filter_type=HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
        )
    )
    failures = [event.workflow_execution_failed_event_attributes.failure for event in answer.history.events]
    if not failures:
        return None
    failure = failures[-1]
    while failure.HasField("cause"):
        failure = failure.cause
    return failure.message[:500]


def find_difference(view: WorkflowView, record: OpenWorkflow, pending: set[UUID]) -> str | None:
    """Return where a workflow's view of itself differs from its records, or None. `pending` are its open requests."""
    for stage in view.stages:
        if stage.request_id is not None and stage.request_id not in pending:
            return f"It waits for a decision on {stage.stage}, round {stage.round}, which is not open in the records."
    awaited = {stage.request_id for stage in view.stages}
    is_idle = all(stage.status != "working" for stage in view.stages)
    if is_idle and pending - awaited:
        return "The records have an open request that the workflow does not wait for."
    if record.task_id is not None:
        return None
    status = record.status
    if status is ProjectStatus.STARTING and any(stage.status != "pending" for stage in view.stages):
        return "Its workflow is running, and the records say that it has not started."
    if (view.status is ProjectStatus.PAUSED) != (status is ProjectStatus.PAUSED):
        return f"Its workflow says that it is {view.status}, and the records say that it is {status}."
    return None
