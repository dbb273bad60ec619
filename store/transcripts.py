"""Transcripts: the conversations of tasks with models, written entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import select
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


async def of_task(connection: AsyncConnection, task_id: UUID) -> list[TranscriptEntry]:
    """Return the entries of a task's transcript in order."""
    query = select(TRANSCRIPT).where(TRANSCRIPT.c.task_id == task_id).order_by(TRANSCRIPT.c.position)
    return await fetch_all(connection, TranscriptEntry, query)


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
