"""Transcripts: the conversations of tasks with models, written entry by entry.

No entry is deleted, and none has another position later. One that was discarded is no longer part of the conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, case, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import TRANSCRIPT, TranscriptEntry
from store.budget_alerts import PASSED
from store.budgets import HELD, SETTLED
from store.rows import fetch_all
from store.statement import run

# The tokens of a call that says nothing about them are those that were reserved. A tool only takes time.
_USED: LiteralString = """
SELECT scope, %(cost_usd)s, coalesce(%(tokens)s, amount_tokens), %(seconds)s, amount_usd, amount_tokens, amount_seconds
FROM freed
UNION ALL
SELECT scope, 0, 0, %(seconds)s, 0, 0, 0 FROM unnest(%(scopes)s::text[]) AS scope WHERE EXISTS (SELECT FROM added)
"""

_ADD: LiteralString = """
WITH {held}, added AS (
    INSERT INTO transcript (task_id, position, kind, fingerprint, call_id, body, asked_for, model, input_tokens,
                            output_tokens, cached_tokens, cost_usd, seconds, discarded, created_at)
    SELECT id, %(position)s, %(kind)s, %(fingerprint)s, %(call_id)s, %(body)s, %(asked_for)s, %(model)s,
           %(input_tokens)s, %(output_tokens)s, %(cached_tokens)s, %(cost_usd)s, %(seconds)s, %(discarded)s,
           clock_timestamp() FROM held
    ON CONFLICT DO NOTHING RETURNING task_id
), freed AS (
    DELETE FROM reservation USING added WHERE reservation.id = %(reservation)s
    RETURNING scope, amount_usd, amount_tokens, amount_seconds
), settled AS (
    {settled} RETURNING {passed} > b.alerted AS is_alarming
)
SELECT EXISTS (SELECT FROM added) OR EXISTS (
    SELECT FROM transcript WHERE transcript.task_id = held.id AND position = %(position)s AND kind = %(kind)s
        AND fingerprint = %(fingerprint)s AND transcript.body = %(body)s
) AS is_stored, coalesce((SELECT bool_or(is_alarming) FROM settled), false) AS is_alarming FROM held
"""
_ADD = _ADD.replace("{held}", HELD).replace("{settled}", SETTLED.replace("{booked}", _USED)).replace("{passed}", PASSED)

_DISCARD: LiteralString = """
WITH {held}, discarded AS (
    UPDATE transcript SET discarded = %(reason)s FROM held
    WHERE transcript.task_id = held.id AND position >= %(position)s AND discarded IS NULL
)
SELECT id FROM held
""".replace("{held}", HELD)

MAX_COUNT = 2**31 - 1
"""The largest value of the columns for tokens."""

CALLS = ("response", "failed_call")
"""The kinds of entries that a provider may have been paid for."""

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
    calls, prompt = TRANSCRIPT.c.kind.in_(CALLS), TRANSCRIPT.c.kind == "prompt"
    # Version 0.2 and earlier kept the model that was asked with the prompt alone.
    asked_for = func.coalesce(_names(TRANSCRIPT.c.asked_for, calls), func.max(TRANSCRIPT.c.model).filter(prompt))
    usage = {
        "model": func.coalesce(_names(TRANSCRIPT.c.model, calls), asked_for, ""),
        "input_tokens": func.sum(TRANSCRIPT.c.input_tokens),
        "output_tokens": func.sum(TRANSCRIPT.c.output_tokens),
        "cost_usd": func.sum(TRANSCRIPT.c.cost_usd),
        "asked_for": asked_for,
        "fallbacks": _fallbacks(),
    }
    pairs = [each for name, value in usage.items() for each in (literal(name), value)]
    return (
        select(func.jsonb_build_object(*pairs, type_=JSONB))
        .where(TRANSCRIPT.c.task_id == task_id)
        .having(func.count().filter(calls) > 0)
        .scalar_subquery()
    )


def _fallbacks() -> ColumnElement[list[dict[str, str]] | None]:
    """Return the models that failed in their order, each as `Fallback`; null if none did. The entry of a failed call
    names the model that was asked instead, if there is one."""
    body = func.convert_from(TRANSCRIPT.c.body, literal_column("'UTF8'")).cast(JSONB)
    instead = case((TRANSCRIPT.c.kind == "failed_call", body[0]["fallback"].astext))
    failed = func.jsonb_build_object(
        *("failed", TRANSCRIPT.c.asked_for), *("reason", TRANSCRIPT.c.discarded), *("asked_instead", instead)
    )
    return func.jsonb_agg(aggregate_order_by(failed, TRANSCRIPT.c.position), type_=JSONB).filter(instead.is_not(None))


def _names(column: ColumnElement[str | None], condition: ColumnElement[bool]) -> ColumnElement[str | None]:
    """Return the different names in a column, in alphabetical order, as one text; null if there is none."""
    return func.string_agg(column.distinct(), ", ").filter(condition)


async def usage_of(connection: AsyncConnection, task_id: UUID) -> dict[str, Any] | None:
    """Return what a task's conversation has used so far, as `usage_so_far` does."""
    return await connection.scalar(select(usage_so_far(literal(task_id))))


@dataclass(frozen=True, slots=True)
class Added:
    """Whether an entry is stored, and whether a budget that it counts against is to be reported."""

    is_stored: bool
    is_alarming: bool


async def add(
    connection: AsyncConnection,
    task_id: UUID,
    start: int,
    entry: Mapping[str, Any],
    reservation: UUID | None = None,
    *,
    tokens: int | None = None,
    scopes: Sequence[str] = (),
) -> Added | None:
    """Store an entry, and settle the reservation of its call with its cost. Return None, and write nothing, if the task
    has started again; it is not stored if something else has just been stored at its position.

    One statement, so that neither is done without the other. The new start has booked what an earlier one reserved.
    The same entry again has no effect: the acknowledgement of the first time may have been lost.

    Args:
        tokens: what the call used; None if that is unknown.
        scopes: where the time of an entry counts that has no reservation.
    """
    values = {"reservation": reservation, "tokens": tokens, "scopes": list(scopes), **entry}
    rows = await run(connection, _ADD, task_id=task_id, start=start, **values)
    return Added(rows[0].is_stored, rows[0].is_alarming) if rows else None


async def discard(connection: AsyncConnection, task_id: UUID, start: int, position: int, reason: str) -> bool:
    """Take the entries from a position on out of the conversation. Return False, and write nothing, if the task has
    started again."""
    values = {"task_id": task_id, "start": start, "position": position, "reason": reason}
    return bool(await run(connection, _DISCARD, **values))
