"""A project's log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import any_, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import HitlStatus, ProjectStatus
from models.contracts.events import Event
from models.tables import ARTIFACT, EVENT, HITL_REQUEST, PROJECT


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


async def recorded(connection: AsyncConnection, project_id: UUID, dedupe_key: str) -> bool:
    """Whether the project's log has this fact."""
    query = select(EVENT.c.seq).where(EVENT.c.project_id == project_id, EVENT.c.dedupe_key == dedupe_key)
    return (await connection.execute(query)).one_or_none() is not None


async def heads(connection: AsyncConnection, project_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The number of each project's newest event; an unknown project is left out."""
    rows = await connection.execute(select(PROJECT.c.id, PROJECT.c.last_seq).where(PROJECT.c.id.in_(project_ids)))
    return {row.id: row.last_seq for row in rows}


_NOT_FINAL = [status for status in ProjectStatus if not status.is_final]


async def heads_under_way(connection: AsyncConnection, moment: datetime) -> dict[UUID, int]:
    """The number of the newest event of each project that has not ended, that waits for a human, or that was given an
    artifact after a moment; each project has one from its start."""
    asking = select(HITL_REQUEST.c.project_id).where(HITL_REQUEST.c.status == HitlStatus.PENDING)
    given = select(ARTIFACT.c.project_id).where(ARTIFACT.c.id > _first_id_of(moment))
    # As an array, since of the rows of a subquery PostgreSQL does not know that they are few, and reads the table.
    others = func.array(union(asking, given).scalar_subquery())
    query = select(PROJECT.c.id, PROJECT.c.last_seq).where(
        PROJECT.c.status.in_(_NOT_FINAL) | (PROJECT.c.id == any_(others))
    )
    return {row.id: row.last_seq for row in await connection.execute(query)}


def _first_id_of(moment: datetime) -> UUID:
    """The least UUIDv7 of a moment's millisecond."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)
