"""Opening HITL requests, and how a workflow sees an open one."""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.budget import Shortage
from models.contracts.enums import HitlReason, Verdict
from models.contracts.event_data import HitlRequested
from models.contracts.handoff import ArtifactRef, OpenRequest, StepInput
from models.contracts.tool_permission import ToolCall
from store import hitl, replacements, subjects
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
    request = await hitl.get(connection, request_id)
    return open_request_of(request) if request else None


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
