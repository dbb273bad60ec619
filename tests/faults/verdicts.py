"""What became of a request, as everyone tells it: its row, its history, the log, the project, the workflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError, WorkflowHandle

from models.contracts.hitl import HitlResponse
from tests.faults.deliveries import SETTLED
from tests.faults.house import House
from tests.waiting import eventually
from workflows.client import project_handle

_REQUEST = "SELECT status, decision_id::text FROM hitl_request WHERE id = %s"
_HISTORY = "SELECT id::text, outcome, explanation FROM hitl_decision WHERE request_id = %s"
_TOLD = """
SELECT event_type, data->>'decision_id' AS decision_id FROM event
WHERE project_id = %s AND data->>'request_id' = %s AND event_type IN ('hitl_response', 'hitl_expired')
"""
_PROJECT = "SELECT status, open_requests FROM project WHERE id = %s"
SIGNALLED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED


@dataclass(frozen=True)
class Verdict:
    """The outcome of a request in five places; `judged` is how many responses its history has."""

    row: tuple[str, str | None]
    applied: tuple[str, ...]
    told: tuple[tuple[str, str | None], ...]
    project: str
    workflow: str
    judged: int


async def verdict(house: House, project_id: str, request_id: str) -> Verdict:
    """The outcome of a project's first request, once the project has ended or waits for the next one.

    Fails where a response that the workflow was sent is not in the history, or one that lost is there without a reason.
    """
    handle = project_handle(house.engine, project_id)

    async def gone_on() -> str | None:
        (request,) = await house.rows(_REQUEST, request_id)
        (project,) = await house.rows(_PROJECT, project_id)
        waits = request["status"] != "pending" and project["open_requests"]
        return str(project["status"]) if project["status"] in SETTLED or waits else None

    async def all_judged() -> list[dict[str, Any]] | None:
        found = await house.rows(_HISTORY, request_id)
        return found if {each["id"] for each in found} == await _sent(house, handle, request_id) else None

    project = await eventually(gone_on)
    workflow = await _workflow(handle) if project in SETTLED else (await handle.query("state"))["status"]
    history = await eventually(all_judged)
    assert all(each["explanation"] for each in history if each["outcome"] != "applied"), history
    (row,) = await house.rows(_REQUEST, request_id)
    return Verdict(
        row=(row["status"], row["decision_id"]),
        applied=tuple(each["id"] for each in history if each["outcome"] == "applied"),
        told=tuple(
            (each["event_type"], each["decision_id"]) for each in await house.rows(_TOLD, project_id, request_id)
        ),
        project=project,
        workflow=workflow,
        judged=len(history),
    )


async def _sent(house: House, handle: WorkflowHandle[Any, Any], request_id: str) -> set[str]:
    """The decisions on a request that the workflow was sent, some of them twice maybe."""
    sent = set()
    for event in (await handle.fetch_history()).events:
        if event.event_type == SIGNALLED:
            payloads = event.workflow_execution_signaled_event_attributes.input.payloads
            (response,) = await house.engine.data_converter.decode(payloads, [HitlResponse])
            if str(response.request_id) == request_id:
                sent.add(str(response.decision_id))
    return sent


async def _workflow(handle: WorkflowHandle[Any, Any]) -> str:
    """How the workflow ended."""
    try:
        return str((await handle.result()).status)
    except WorkflowFailureError:
        return "failed"
