"""The records of one workflow, from which its state is rebuilt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import EventType, HitlStatus, ProjectStatus, TaskStatus
from models.contracts.event_data import read_data
from models.contracts.handoff import ArtifactRef
from models.contracts.hitl import HitlResponse
from models.contracts.recovery import RecordedEvent, RecordedRequest, RecordedTask, WorkflowRecords
from store import artifacts, hitl_decisions, hitl_opening
from store.open_workflows import OpenWorkflow
from store.statement import run

_EVENTS: LiteralString = """
SELECT event.event_type, event.task_id, event.data FROM event LEFT JOIN task ON task.id = event.task_id
WHERE event.project_id = %(project_id)s AND (
    task.workflow_id = %(workflow_id)s
    OR (event.task_id IS NULL AND event.data ? 'retried_from' AND NOT %(is_standalone)s))
ORDER BY event.seq
"""

_TASKS: LiteralString = (
    "SELECT id, status FROM task WHERE project_id = %(project_id)s AND workflow_id = %(workflow_id)s"
)

_WROTE: LiteralString = """
SELECT artifact.id, artifact.origin_id, artifact.type, artifact.version, artifact.content_hash
FROM artifact JOIN task ON task.id = artifact.origin_id
WHERE task.project_id = %(project_id)s AND task.workflow_id = %(workflow_id)s ORDER BY artifact.id
"""

_REQUESTS: LiteralString = """
SELECT request.*, decision.action, decision.comment, decision.content_hash, decision.artifact_id, decision.redo,
       decision.raise_by, decision.responder, decision.signature, decision.voter, decision.responded_at
FROM hitl_request AS request
LEFT JOIN hitl_decision AS decision ON decision.request_id = request.id AND decision.id = request.decision_id
WHERE request.project_id = %(project_id)s AND request.workflow_id = %(workflow_id)s
"""

_PAUSES: LiteralString = """
SELECT count(*) AS pauses, max(created_at) AS latest FROM event
WHERE project_id = %(project_id)s AND dedupe_key LIKE 'status:paused:%%'
"""


async def load(connection: AsyncConnection, of: OpenWorkflow) -> WorkflowRecords:
    """Return the records of a workflow's tasks and requests."""
    key = {"project_id": of.project_id, "workflow_id": of.workflow_id, "is_standalone": of.task_id is not None}
    events = [
        RecordedEvent(task_id=row.task_id, data=read_data(EventType(row.event_type), row.data))
        for row in await run(connection, _EVENTS, **key)
    ]
    wrote: dict[UUID, list[ArtifactRef]] = {}
    for row in await run(connection, _WROTE, **key):
        wrote.setdefault(row.origin_id, []).append(artifacts.ref_of(row))
    (pauses,) = await run(connection, _PAUSES, **key)
    return WorkflowRecords(
        events=tuple(events),
        tasks={
            row.id: RecordedTask(task_id=row.id, status=TaskStatus(row.status), wrote=tuple(wrote.get(row.id, ())))
            for row in await run(connection, _TASKS, **key)
        },
        requests={row.id: _request(row) for row in await run(connection, _REQUESTS, **key)},
        paused_at=pauses.latest if of.task_id is None and of.status is ProjectStatus.PAUSED else None,
        pauses=pauses.pauses,
    )


def _request(row: Any) -> RecordedRequest:
    return RecordedRequest(
        request=hitl_opening.open_request_of(row),
        opened_at=row.created_at,
        task_id=row.task_id,
        status=HitlStatus(row.status),
        response=hitl_decisions.response_of(row.id, row, row.decision_id) if row.action is not None else None,
    )


async def not_recorded(
    connection: AsyncConnection, project_id: UUID, responses: Sequence[HitlResponse]
) -> list[HitlResponse]:
    """Return the responses that are not in the history of any request, without duplicates."""
    query: LiteralString = """
        SELECT request_id, id FROM hitl_decision WHERE project_id = %(project_id)s AND id = ANY(%(ids)s)
    """
    ids = [one.decision_id for one in responses]
    known = {(row.request_id, row.id) for row in await run(connection, query, project_id=project_id, ids=ids)}
    unique = {(one.request_id, one.decision_id): one for one in responses}
    return [response for ids, response in unique.items() if ids not in known]
