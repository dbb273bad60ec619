"""The responses to HITL requests, as they were judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import HitlAction
from models.contracts.hitl import HitlResponse, JudgedResponse
from models.contracts.tool_permission import ToolDecision
from models.tables import HITL_DECISION, HitlDecision, HitlRequest
from store.rows import columns, fetch_all, fetch_one, model_of
from store.statement import run
from store.transaction import Transaction

_ADD: LiteralString = """
INSERT INTO hitl_decision (request_id, id, project_id, action, comment, content_hash, artifact_id, redo, raise_by,
                           responder, outcome, explanation, subject_hash, signature, voter, responded_at,
                           recorded_at)
SELECT request_id, decision_id, %(project_id)s, action, comment, content_hash, artifact_id, redo, raise_by,
       responder, outcome, explanation, subject_hash, signature, voter, responded_at, clock_timestamp()
FROM jsonb_to_recordset(%(responses)s) AS r (
    request_id uuid, decision_id uuid, action text, comment text, content_hash text, artifact_id uuid, redo text,
    raise_by jsonb, responder text, outcome text, explanation text, subject_hash text, signature jsonb,
    voter jsonb, responded_at timestamptz)
ON CONFLICT DO NOTHING
"""

_GET: LiteralString = """
SELECT {columns} FROM hitl_decision WHERE request_id = %(request_id)s AND id = %(id)s
""".replace("{columns}", columns(HitlDecision))

_JUDGED = "judged_"

# As one statement: the decision that closed the request is then among the decisions.
_WITH_REQUEST: LiteralString = """
SELECT {request}, {judged} FROM hitl_request AS request
LEFT JOIN hitl_decision AS decision ON decision.request_id = request.id AND decision.id = ANY(%(decisions)s)
WHERE request.id = %(id)s
""".replace("{request}", columns(HitlRequest, "request")).replace(
    "{judged}", columns(HitlDecision, "decision", _JUDGED)
)

_AUTHORS: LiteralString = """
SELECT request.id, decision.voter ->> 'principal_id' AS principal_id FROM hitl_request AS request
JOIN hitl_decision AS decision ON decision.request_id = request.id AND decision.id = request.decision_id
WHERE request.id = ANY(%(ids)s) AND decision.voter IS NOT NULL
"""

_ON_TOOL_CALLS: LiteralString = """
SELECT request.tool_call ->> 'digest' AS digest, decision.action, decision.comment
FROM hitl_request AS request
JOIN hitl_decision AS decision ON decision.request_id = request.id AND decision.id = request.decision_id
WHERE request.task_id = %(task_id)s AND request.tool_call IS NOT NULL
ORDER BY request.created_at, request.id
"""


async def add(tx: Transaction, judged: list[JudgedResponse], missing: set[str]) -> None:
    """Add responses to the history of their requests, unless they are there already.

    `missing` are the hashes without content, which cannot be referenced.
    """
    responses = []
    for one in judged:
        response = one.response.model_dump(mode="json")
        if one.response.content_hash in missing:
            response["content_hash"] = None
        responses.append({**response, "outcome": one.outcome, "explanation": one.explanation})
    await run(tx.connection, _ADD, project_id=tx.project_id, responses=Jsonb(responses))


def response_of(request_id: UUID, row: Any, decision_id: UUID) -> HitlResponse:
    """Return the response that a decision's row holds."""
    return HitlResponse(
        request_id=request_id,
        decision_id=decision_id,
        action=row.action,
        comment=row.comment,
        content_hash=row.content_hash,
        artifact_id=row.artifact_id,
        redo=row.redo,
        raise_by=row.raise_by,
        responder=row.responder,
        responded_at=row.responded_at,
        subject_hash=row.subject_hash,
        signature=row.signature,
        voter=row.voter,
    )


async def get(connection: AsyncConnection, request_id: UUID, decision_id: UUID) -> HitlDecision | None:
    """Return one response to a request, or None while no worker has judged it."""
    return await fetch_one(connection, HitlDecision, _GET, request_id=request_id, id=decision_id)


async def with_request(
    connection: AsyncConnection, request_id: UUID, decision_ids: Collection[UUID]
) -> tuple[HitlRequest | None, dict[UUID, HitlDecision]]:
    """Return a request, or None, and those of these responses to it that were judged, by their ids."""
    rows = await run(connection, _WITH_REQUEST, id=request_id, decisions=list(decision_ids))
    judged = [model_of(HitlDecision, row, _JUDGED) for row in rows if row.judged_id is not None]
    return (model_of(HitlRequest, rows[0]) if rows else None), {decision.id: decision for decision in judged}


async def of_requests(connection: AsyncConnection, requests: Sequence[HitlRequest]) -> dict[UUID, HitlDecision]:
    """Return the response that decided each of these requests, by request; undecided ones are left out."""
    decided = {request.id: request.decision_id for request in requests if request.decision_id is not None}
    query = select(HITL_DECISION).where(HITL_DECISION.c.request_id.in_(decided))
    found = await fetch_all(connection, HitlDecision, query)
    return {decision.request_id: decision for decision in found if decision.id == decided[decision.request_id]}


async def history(connection: AsyncConnection, request_id: UUID) -> list[HitlDecision]:
    """Return every response to a request, in the order in which they were sent."""
    query = (
        select(HITL_DECISION)
        .where(HITL_DECISION.c.request_id == request_id)
        .order_by(HITL_DECISION.c.responded_at, HITL_DECISION.c.id)
    )
    return await fetch_all(connection, HitlDecision, query)


async def on_tool_calls(connection: AsyncConnection, task_id: UUID) -> tuple[ToolDecision, ...]:
    """Return what people decided on the calls of a task's tools, in order."""
    rows = await run(connection, _ON_TOOL_CALLS, task_id=task_id)
    return tuple(
        ToolDecision(digest=row.digest, allowed=row.action == HitlAction.APPROVE, comment=row.comment) for row in rows
    )


async def authors(connection: AsyncConnection, origin_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the principals of those who wrote what comes from these requests, by request."""
    return {row.id: row.principal_id for row in await run(connection, _AUTHORS, ids=list(origin_ids))}
