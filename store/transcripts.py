"""Transcripts: the conversations of tasks with models, written entry by entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import TRANSCRIPT, TranscriptEntry
from store.rows import fetch_all
from store.statement import run

_ADD: LiteralString = """
WITH freed AS (
    DELETE FROM reservation WHERE id = %(reservation)s RETURNING scope, amount_usd
), settled AS (
    UPDATE budget SET spent_usd = spent_usd + %(cost_usd)s, reserved_usd = greatest(0, reserved_usd - freed.amount_usd)
    FROM freed WHERE budget.scope = freed.scope
)
INSERT INTO transcript (task_id, position, kind, fingerprint, call_id, body, model, input_tokens, output_tokens,
                        cached_tokens, cost_usd, seconds, created_at)
VALUES (%(task_id)s, %(position)s, %(kind)s, %(fingerprint)s, %(call_id)s, %(body)s, %(model)s, %(input_tokens)s,
        %(output_tokens)s, %(cached_tokens)s, %(cost_usd)s, %(seconds)s, clock_timestamp())
ON CONFLICT DO NOTHING RETURNING position
"""

_DISCARD: LiteralString = "DELETE FROM transcript WHERE task_id = %(task_id)s AND position >= %(position)s"


_OUTLINE = [column for column in TRANSCRIPT.c if column.name != "body"]


async def of_task(connection: AsyncConnection, task_id: UUID, positions: range | None = None) -> list[TranscriptEntry]:
    """Return the entries of a task's transcript in order: all, or those at some positions."""
    query = select(TRANSCRIPT).where(TRANSCRIPT.c.task_id == task_id).order_by(TRANSCRIPT.c.position)
    if positions is not None:
        query = query.where(TRANSCRIPT.c.position >= positions.start, TRANSCRIPT.c.position < positions.stop)
    return await fetch_all(connection, TranscriptEntry, query)


async def outline(connection: AsyncConnection, task_id: UUID) -> Sequence[Row[Any]]:
    """Return the entries of a task's transcript in order, without their bodies, whose `size` is in bytes."""
    columns = [*_OUTLINE, func.octet_length(TRANSCRIPT.c.body).label("size")]
    query = select(*columns).where(TRANSCRIPT.c.task_id == task_id).order_by(TRANSCRIPT.c.position)
    return (await connection.execute(query)).all()


def usage_so_far(task_id: ColumnElement[UUID]) -> ScalarSelect[dict[str, Any] | None]:
    """Return the subquery of what a task's conversation has used, in the form of `task.usage`; null if it asked no
    model."""
    responses, prompt = TRANSCRIPT.c.kind == "response", TRANSCRIPT.c.kind == "prompt"
    asked_for = func.max(TRANSCRIPT.c.model).filter(prompt)
    usage = {
        "model": func.coalesce(func.max(TRANSCRIPT.c.model).filter(responses), asked_for, ""),
        "input_tokens": func.sum(TRANSCRIPT.c.input_tokens),
        "output_tokens": func.sum(TRANSCRIPT.c.output_tokens),
        "cost_usd": func.sum(TRANSCRIPT.c.cost_usd),
        "asked_for": asked_for,
    }
    pairs = [each for name, value in usage.items() for each in (literal(name), value)]
    return (
        select(func.jsonb_build_object(*pairs, type_=JSONB))
        .where(TRANSCRIPT.c.task_id == task_id)
        .having(func.count().filter(responses) > 0)
        .scalar_subquery()
    )


async def usage_of(connection: AsyncConnection, task_id: UUID) -> dict[str, Any] | None:
    """Return what a task's conversation has used so far, as `usage_so_far` does."""
    return await connection.scalar(select(usage_so_far(literal(task_id))))


async def add(
    connection: AsyncConnection, task_id: UUID, entry: Mapping[str, Any], reservation: UUID | None = None
) -> bool:
    """Store an entry, and settle the reservation of its call with its cost. Return False if the position is taken.

    One statement, so that neither is done without the other. The cost is booked even if the position is taken: it was
    paid.
    """
    return bool(await run(connection, _ADD, task_id=task_id, reservation=reservation, **entry))


async def discard(connection: AsyncConnection, task_id: UUID, position: int) -> None:
    """Delete the entries from a position on."""
    await run(connection, _DISCARD, task_id=task_id, position=position)
