"""A project's log."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.events import Event
from models.tables import EVENT, PROJECT


async def since(
    connection: AsyncConnection, project_id: UUID, seq: int, *, until: int | None = None, limit: int = 500
) -> list[Event]:
    """The events after a number, in order; up to and including `until`."""
    query = select(EVENT).where(EVENT.c.project_id == project_id, EVENT.c.seq > seq).order_by(EVENT.c.seq).limit(limit)
    if until is not None:
        query = query.where(EVENT.c.seq <= until)
    return [
        Event(
            event_type=row.event_type,
            seq=row.seq,
            project_id=row.project_id,
            task_id=row.task_id,
            agent_type=row.agent_type,
            data=row.data,
            timestamp=row.created_at,
        )
        for row in await connection.execute(query)
    ]


async def heads(connection: AsyncConnection, project_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The number of each project's newest event; an unknown project is left out."""
    rows = await connection.execute(select(PROJECT.c.id, PROJECT.c.last_seq).where(PROJECT.c.id.in_(project_ids)))
    return {row.id: row.last_seq for row in rows}
