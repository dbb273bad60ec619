"""The outcome of a request, as its row, its history, the log, the project and the workflow show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError, WorkflowHandle

from models.contracts.hitl import HitlResponse
from tests.faults.deliveries import SETTLED
from tests.faults.fault_stack import FaultStack
from tests.waiting import eventually
from workflows.client import project_handle

_REQUEST = "SELECT status, decision_id::text FROM hitl_request WHERE id = %s"
_HISTORY = "SELECT id::text, outcome, explanation FROM hitl_decision WHERE request_id = %s"
_EVENTS = """
SELECT event_type, data->>'decision_id' AS decision_id FROM event
WHERE project_id = %s AND data->>'request_id' = %s AND event_type IN ('hitl_response', 'hitl_expired')
"""
_PROJECT = "SELECT status, open_requests FROM project WHERE id = %s"
SIGNALLED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED


@dataclass(frozen=True)
class ObservedOutcome:
    """The outcome of a request in five places; `judged` is the number of responses in its history."""

    row: tuple[str, str | None]
    applied: tuple[str, ...]
    events: tuple[tuple[str, str | None], ...]
    project: str
    workflow: str
    judged: int


async def observe_outcome(stack: FaultStack, project_id: str, request_id: str) -> ObservedOutcome:
    """Return the outcome of a project's first request, once the project has ended or waits for the next one.

    Fails if a response that was sent to the workflow is not in the history, or if a losing one has no explanation.
    """
    handle = project_handle(stack.temporal_client, project_id)

    async def has_continued() -> str | None:
        (request,) = await stack.rows(_REQUEST, request_id)
        (project,) = await stack.rows(_PROJECT, project_id)
        waits = request["status"] != "pending" and project["open_requests"]
        return str(project["status"]) if project["status"] in SETTLED or waits else None

    async def all_judged() -> list[dict[str, Any]] | None:
        found = await stack.rows(_HISTORY, request_id)
        return found if {each["id"] for each in found} == await _received(stack, handle, request_id) else None

    project = await eventually(has_continued)
    workflow = await _workflow(handle) if project in SETTLED else (await handle.query("state"))["status"]
    history = await eventually(all_judged)
    assert all(each["explanation"] for each in history if each["outcome"] != "applied"), history
    (row,) = await stack.rows(_REQUEST, request_id)
    return ObservedOutcome(
        row=(row["status"], row["decision_id"]),
        applied=tuple(each["id"] for each in history if each["outcome"] == "applied"),
        events=tuple(
            (each["event_type"], each["decision_id"]) for each in await stack.rows(_EVENTS, project_id, request_id)
        ),
        project=project,
        workflow=workflow,
        judged=len(history),
    )


async def _received(stack: FaultStack, handle: WorkflowHandle[Any, Any], request_id: str) -> set[str]:
    """Return the ids of the decisions on a request that the workflow has received."""
    received = set()
    for event in (await handle.fetch_history()).events:
        if event.event_type == SIGNALLED:
            payloads = event.workflow_execution_signaled_event_attributes.input.payloads
            (response,) = await stack.temporal_client.data_converter.decode(payloads, [HitlResponse])
            if str(response.request_id) == request_id:
                received.add(str(response.decision_id))
    return received


async def _workflow(handle: WorkflowHandle[Any, Any]) -> str:
    """Return how the workflow ended."""
    try:
        return str((await handle.result()).status)
    except WorkflowFailureError:
        return "failed"
