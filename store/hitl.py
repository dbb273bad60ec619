"""HITL requests. `store/hitl_deadlines.py` has their deadlines, `store/hitl_decisions.py` the responses to them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.approvals import Approver
from models.contracts.budget import Shortage
from models.contracts.enums import HitlReason, HitlStatus, Verdict
from models.contracts.event_data import HitlRequested
from models.contracts.handoff import ArtifactRef, OpenRequest, StepInput
from models.contracts.tool_permission import ToolCall
from models.tables import HITL_REQUEST, HitlRequest
from store import replacements, subjects
from store.rows import columns, fetch_all, fetch_one, model_of
from store.statement import run
from store.stops import IS_COVERED
from store.transaction import Transaction

_OPEN: LiteralString = """
INSERT INTO hitl_request (id, project_id, task_id, workflow_id, agent_type, stage, round, question, reason, artifacts,
                          may_redo, may_continue, needs_person, supplies, shortage, tool_call, cause, subject_hash,
                          approvals, status, created_at, expires_at, held_since)
SELECT asked.id, project_id, task_id, %(workflow_id)s, agent_type, %(stage)s, %(round)s, %(question)s, %(reason)s,
       %(artifacts)s, %(may_redo)s, %(may_continue)s, %(needs_person)s, %(supplies)s, %(shortage)s, %(tool_call)s,
       %(cause)s, %(subject_hash)s, %(approvals)s, 'pending',
       now.at, now.at + %(expires_in)s, CASE WHEN {is_stopped} THEN now.at END
FROM (SELECT %(id)s::uuid AS id, %(project_id)s::uuid AS project_id, %(task_id)s::uuid AS task_id,
             %(agent_type)s::text AS agent_type) AS asked, (SELECT clock_timestamp() AS at) AS now
ON CONFLICT DO NOTHING
RETURNING *
""".replace("{is_stopped}", IS_COVERED.replace("{row}", "asked"))

_GET: LiteralString = "SELECT {columns} FROM hitl_request WHERE id = %(id)s".replace("{columns}", columns(HitlRequest))

_FIND: LiteralString = """
SELECT {columns} FROM hitl_request WHERE {conditions} ORDER BY created_at, id LIMIT %(limit)s
""".replace("{columns}", columns(HitlRequest))

# The status as a constant, so that PostgreSQL can use the partial index. The cursor as one comparison: with OR,
# PostgreSQL would read the index from its start.
_CONDITIONS: dict[str, LiteralString] = {
    "project_id": "project_id = %(project_id)s",
    "within": "project_id = ANY(%(within)s)",
    "status": "status = '{status}'",
    "assigned_to": "approvals @> ANY(%(assigned_to)s::jsonb[])",
    "unassigned": "(approvals IS NULL OR approvals -> 'from' = '[]')",
    "after": "(created_at, id) > ((SELECT created_at FROM hitl_request WHERE id = %(after)s), %(after)s)",
}

_OLDEST_OPEN: LiteralString = """
SELECT DISTINCT ON (project_id) {columns} FROM hitl_request
WHERE project_id = ANY(%(projects)s) AND status = 'pending'
ORDER BY project_id, created_at, id
""".replace("{columns}", columns(HitlRequest))

_CLOSE: LiteralString = """
UPDATE hitl_request SET status = %(status)s, decision_id = %(decision_id)s, decided_at = clock_timestamp()
WHERE id = %(id)s AND project_id = %(project_id)s AND status = 'pending'
RETURNING *
"""


async def open_request(
    tx: Transaction,
    step: StepInput,
    workflow_id: str,
    reason: HitlReason,
    artifacts: tuple[ArtifactRef, ...],
    question: str,
    shortage: Shortage | None = None,
    tool_call: ToolCall | None = None,
    cause: str | None = None,
    *,
    verdict: Verdict | None = None,
    confidence: float | None = None,
) -> OpenRequest:
    """Write a request and record its event. Return the request as it is if it exists already.

    `shortage` is the budget that is exhausted, and `tool_call` the call that waits, if that is the reason. `cause` is
    why the step has no result, if it has none; `verdict` and `confidence` are what it said of its result.
    """
    outputs = step.handoff.expected_outputs
    supplies = outputs[0] if reason.is_unfinished and len(outputs) == 1 else None
    needs_person = step.needs_person or reason in (HitlReason.CHECKPOINT, HitlReason.TOOL_CALL)
    approvals = step.gate.approvals
    subject_hash = subjects.hash_of(
        step,
        reason,
        question,
        artifacts,
        await subjects.consumed(tx.connection, tx.project_id, step.handoff.context_ids),
        shortage=shortage,
        tool_call=tool_call,
        cause=cause,
        supplies=supplies,
        needs_person=needs_person,
        verdict=verdict,
        confidence=confidence,
    )
    rows = await run(
        tx.connection,
        _OPEN,
        id=step.request_id,
        project_id=tx.project_id,
        task_id=step.task_id,
        workflow_id=workflow_id,
        agent_type=step.handoff.to_agent,
        stage=step.handoff.phase,
        round=step.round,
        question=question,
        reason=reason,
        artifacts=Jsonb([one.model_dump(mode="json") for one in artifacts]),
        may_redo=step.round < step.gate.max_rounds,
        may_continue=reason.is_unfinished,
        needs_person=needs_person,
        supplies=supplies,
        shortage=Jsonb(shortage.model_dump(mode="json")) if shortage else None,
        tool_call=Jsonb(tool_call.model_dump(mode="json")) if tool_call else None,
        cause=cause,
        subject_hash=subject_hash,
        approvals=Jsonb(approvals.model_dump(mode="json")) if approvals else None,
        expires_in=step.gate.expires_in,
    )
    if not rows:
        opened = await get_as_opened(tx.connection, step.request_id)
        assert opened is not None  # otherwise the row would have been inserted
        return opened
    (row,) = rows
    tx.change_open_requests(+1)
    requested = HitlRequested(
        request_id=step.request_id,
        stage=step.handoff.phase,
        round=step.round,
        reason=reason,
        question=question,
        artifacts=artifacts,
        expires_at=row.expires_at,
    )
    # What is set is recorded, as in the logs of earlier versions.
    extra = {"needs_person": needs_person or None, "subject_hash": row.subject_hash, "approvals": approvals}
    tx.record(
        requested.model_copy(update={name: value for name, value in extra.items() if value is not None}),
        key=f"request:{step.request_id}",
        task_id=step.task_id,
        agent_type=step.handoff.to_agent,
    )
    if step.handoff.context_ids:
        await replacements.supersede(tx, request_id=step.request_id)
    return open_request_of(row)


async def get_as_opened(connection: AsyncConnection, request_id: UUID) -> OpenRequest | None:
    """Return a request as the workflow needs it, or None if it was not opened."""
    rows = await run(connection, _GET, id=request_id)
    return open_request_of(rows[0]) if rows else None


def open_request_of(row: Any) -> OpenRequest:
    """Return a request's row as the workflow needs it."""
    return OpenRequest(
        request_id=row.id,
        artifacts=tuple(ArtifactRef.model_validate(one) for one in row.artifacts),
        reason=row.reason,
        expires_at=row.expires_at,
        may_redo=row.may_redo,
        may_continue=row.may_continue,
        supplies=row.supplies,
        needs_person=row.needs_person,
    )


async def close(
    tx: Transaction, request_id: UUID, status: HitlStatus, decision_id: UUID | None = None
) -> HitlRequest | None:
    """Close a request. Return its row, or None if it was closed already."""
    rows = await run(
        tx.connection,
        _CLOSE,
        id=request_id,
        project_id=tx.project_id,
        status=status,
        decision_id=decision_id,
    )
    if not rows:
        return None
    tx.change_open_requests(-1)
    return model_of(HitlRequest, rows[0])


async def cancel_open(tx: Transaction, *conditions: ColumnElement[bool]) -> None:
    """Cancel the project's open requests, or those that match the conditions."""
    cancelled = await tx.connection.execute(
        update(HITL_REQUEST)
        .where(HITL_REQUEST.c.project_id == tx.project_id, HITL_REQUEST.c.status == HitlStatus.PENDING, *conditions)
        .values(status=HitlStatus.CANCELLED, decided_at=func.clock_timestamp())
    )
    tx.change_open_requests(-cancelled.rowcount)


async def ids_of_project(connection: AsyncConnection, project_id: UUID, request_ids: set[UUID]) -> set[UUID]:
    """Return those of the ids that are requests of the project."""
    query = select(HITL_REQUEST.c.id).where(HITL_REQUEST.c.project_id == project_id, HITL_REQUEST.c.id.in_(request_ids))
    return set((await connection.scalars(query)).all())


async def get(connection: AsyncConnection, request_id: UUID) -> HitlRequest | None:
    """Return one request, or None."""
    return await fetch_one(connection, HitlRequest, _GET, id=request_id)


async def find_by_subject(connection: AsyncConnection, project_id: UUID, subject_hash: str) -> HitlRequest | None:
    """Return the project's request that has this subject, or had it until it asked again, or None."""
    has = HITL_REQUEST.c.subject_hash == subject_hash
    had = HITL_REQUEST.c.replaced.contains([{"subject_hash": subject_hash}])
    query = select(HITL_REQUEST).where(HITL_REQUEST.c.project_id == project_id, has | had)
    return await fetch_one(connection, HitlRequest, query)


async def find(
    connection: AsyncConnection,
    *,
    project_id: UUID | None = None,
    within: Collection[UUID] | None = None,
    status: HitlStatus | None = None,
    assigned_to: Collection[Approver] | None = None,
    unassigned: bool = False,
    after: UUID | None = None,
    limit: int = 100,
) -> list[HitlRequest]:
    """Return requests, oldest first, of one project, of those `within` or of all, after a given one; of those assigned
    to one of some people and groups, or to nobody."""
    entries = None if assigned_to is None else [entry.model_dump(exclude_none=True) for entry in assigned_to]
    given = {
        "project_id": project_id,
        "within": None if within is None else list(within),
        "status": status,
        "assigned_to": None if entries is None else [Jsonb({"from": [entry]}) for entry in entries],
        "unassigned": unassigned or None,
        "after": after,
    }
    conditions = [_CONDITIONS[name] for name, value in given.items() if value is not None]
    query = _FIND.replace("{conditions}", " AND ".join(conditions) or "true").replace("{status}", status or "")
    return await fetch_all(connection, HitlRequest, query, **given, limit=limit)


async def oldest_open(connection: AsyncConnection, project_ids: Collection[UUID]) -> dict[UUID, HitlRequest]:
    """Return the longest open request of each of these projects that has one."""
    if not project_ids:
        return {}
    found = await fetch_all(connection, HitlRequest, _OLDEST_OPEN, projects=list(project_ids))
    return {one.project_id: one for one in found}
