"""HITL requests and every response to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.handoff import ArtifactRef, OpenRequest, StepInput
from models.contracts.hitl import JudgedResponse
from models.contracts.words import EventType, HitlReason, HitlStatus
from models.tables import HITL_DECISION, HITL_REQUEST, HitlDecision, HitlRequest
from store.transaction import Transaction


async def open_request(
    tx: Transaction,
    step: StepInput,
    workflow_id: str,
    reason: HitlReason,
    artifacts: tuple[ArtifactRef, ...],
    question: str,
) -> OpenRequest:
    """Write a request and announce it; one that is there already is given back as it is."""
    outputs = step.handoff.expected_outputs
    supplies = outputs[0] if reason is HitlReason.FAILED_STEP and len(outputs) == 1 else None
    row = (
        await tx.connection.execute(
            insert(HITL_REQUEST)
            .values(
                id=step.request_id,
                project_id=tx.project_id,
                task_id=step.task_id,
                workflow_id=workflow_id,
                agent_type=step.handoff.to_agent,
                stage=step.handoff.phase,
                round=step.round,
                question=question,
                reason=reason,
                artifacts=[one.model_dump(mode="json") for one in artifacts],
                may_redo=step.round < step.gate.max_rounds,
                supplies=supplies,
                status=HitlStatus.PENDING,
                created_at=func.clock_timestamp(),
                expires_at=func.clock_timestamp() + step.gate.expires_in,
            )
            .on_conflict_do_nothing()
            .returning(HITL_REQUEST)
        )
    ).one_or_none()
    if row is None:
        opened = await opened_by(tx.connection, step.request_id)
        assert opened is not None  # else the row would have been inserted
        return opened
    tx.count_requests(+1)
    tx.record(
        EventType.HITL_REQUEST,
        f"request:{step.request_id}",
        task_id=step.task_id,
        agent_type=step.handoff.to_agent,
        request_id=step.request_id,
        stage=step.handoff.phase,
        round=step.round,
        reason=reason,
        question=question,
        artifacts=row.artifacts,
        expires_at=row.expires_at,
    )
    return _open(row)


async def opened_by(connection: AsyncConnection, request_id: UUID) -> OpenRequest | None:
    """A request as the workflow needs it, or None where none was opened."""
    query = select(HITL_REQUEST).where(HITL_REQUEST.c.id == request_id)
    row = (await connection.execute(query)).one_or_none()
    return _open(row) if row else None


def _open(row: Row[Any]) -> OpenRequest:
    return OpenRequest(
        request_id=row.id,
        artifacts=tuple(ArtifactRef.model_validate(one) for one in row.artifacts),
        reason=row.reason,
        expires_at=row.expires_at,
        may_redo=row.may_redo,
        supplies=row.supplies,
    )


async def close(
    tx: Transaction, request_id: UUID, status: HitlStatus, decision_id: UUID | None = None
) -> HitlRequest | None:
    """Write how a request ended; None where it had ended already."""
    row = (
        await tx.connection.execute(
            update(HITL_REQUEST)
            .where(
                HITL_REQUEST.c.id == request_id,
                HITL_REQUEST.c.project_id == tx.project_id,
                HITL_REQUEST.c.status == HitlStatus.PENDING,
            )
            .values(status=status, decision_id=decision_id, decided_at=func.clock_timestamp())
            .returning(HITL_REQUEST)
        )
    ).one_or_none()
    if row is None:
        return None
    tx.count_requests(-1)
    return HitlRequest(**row._mapping)


async def cancel_open(tx: Transaction, *which: ColumnElement[bool]) -> None:
    """Write that the project's open requests, or some of them, are cancelled."""
    cancelled = await tx.connection.execute(
        update(HITL_REQUEST)
        .where(HITL_REQUEST.c.project_id == tx.project_id, HITL_REQUEST.c.status == HitlStatus.PENDING, *which)
        .values(status=HitlStatus.CANCELLED, decided_at=func.clock_timestamp())
    )
    tx.count_requests(-cancelled.rowcount)


async def keep_responses(tx: Transaction, judged: list[JudgedResponse], missing: set[str]) -> None:
    """Write responses into their request's history; one that is there already is left as it is.

    `missing` are the contents that there are none of, and so cannot be referred to.
    """
    if judged:
        await tx.connection.execute(
            insert(HITL_DECISION)
            .values(
                [
                    {
                        "request_id": one.response.request_id,
                        "id": one.response.decision_id,
                        "project_id": tx.project_id,
                        "action": one.response.action,
                        "comment": one.response.comment,
                        "content_hash": None if one.response.content_hash in missing else one.response.content_hash,
                        "artifact_id": one.response.artifact_id,
                        "responder": one.response.responder,
                        "outcome": one.outcome,
                        "explanation": one.explanation,
                        "responded_at": one.response.responded_at,
                        "recorded_at": func.clock_timestamp(),
                    }
                    for one in judged
                ]
            )
            .on_conflict_do_nothing()
        )


async def known(connection: AsyncConnection, project_id: UUID, request_ids: set[UUID]) -> set[UUID]:
    """Which of these requests are the project's."""
    query = select(HITL_REQUEST.c.id).where(HITL_REQUEST.c.project_id == project_id, HITL_REQUEST.c.id.in_(request_ids))
    return set((await connection.scalars(query)).all())


async def get(connection: AsyncConnection, request_id: UUID) -> HitlRequest | None:
    """One request, or None."""
    row = (await connection.execute(select(HITL_REQUEST).where(HITL_REQUEST.c.id == request_id))).one_or_none()
    return HitlRequest(**row._mapping) if row else None


async def decision(connection: AsyncConnection, request_id: UUID, decision_id: UUID) -> HitlDecision | None:
    """One response to a request, or None while no worker has judged it."""
    query = select(HITL_DECISION).where(HITL_DECISION.c.request_id == request_id, HITL_DECISION.c.id == decision_id)
    row = (await connection.execute(query)).one_or_none()
    return HitlDecision(**row._mapping) if row else None


async def history(connection: AsyncConnection, request_id: UUID) -> list[HitlDecision]:
    """Every response to a request, in the order in which they were given."""
    query = (
        select(HITL_DECISION)
        .where(HITL_DECISION.c.request_id == request_id)
        .order_by(HITL_DECISION.c.responded_at, HITL_DECISION.c.id)
    )
    return [HitlDecision(**row._mapping) for row in await connection.execute(query)]


async def find(
    connection: AsyncConnection,
    *,
    project_id: UUID | None = None,
    status: HitlStatus | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[HitlRequest]:
    """Requests, oldest first, of a project or of all, after a given one."""
    query = select(HITL_REQUEST).order_by(HITL_REQUEST.c.id).limit(limit)
    if project_id is not None:
        query = query.where(HITL_REQUEST.c.project_id == project_id)
    if status is not None:
        query = query.where(HITL_REQUEST.c.status == status)
    if after is not None:
        query = query.where(HITL_REQUEST.c.id > after)
    return [HitlRequest(**row._mapping) for row in await connection.execute(query)]
