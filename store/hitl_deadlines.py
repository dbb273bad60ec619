"""The deadlines of HITL requests, which a paused project postpones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import HitlStatus, ProjectStatus
from models.contracts.records import RequestOutcome
from models.tables import HITL_REQUEST, PROJECT
from store.statement import run
from store.transaction import Transaction

SHORTEST_HOLD, LONGEST_HOLD = timedelta(minutes=1), timedelta(hours=1)
"""The time between two checks of whether a project is still paused, which grows with the time since the deadline."""

_POSTPONE: LiteralString = """
UPDATE hitl_request SET expires_at = CASE
    WHEN EXISTS (SELECT FROM event WHERE project_id = %(project_id)s AND dedupe_key = %(key)s) THEN expires_at
    ELSE expires_at + held.seconds * interval '1 second' END
FROM unnest(%(ids)s::uuid[], %(seconds)s::float8[]) AS held (id, seconds)
WHERE hitl_request.id = held.id AND hitl_request.project_id = %(project_id)s AND hitl_request.status = 'pending'
RETURNING hitl_request.id, hitl_request.expires_at
"""

_POSTPONE_STANDALONE: LiteralString = """
UPDATE hitl_request SET expires_at = expires_at + (clock_timestamp() - greatest(created_at, paused.at))
FROM (SELECT max(created_at) AS at FROM event
      WHERE project_id = %(project_id)s AND event_type = 'workflow_event' AND data ->> 'status' = 'paused') AS paused
WHERE hitl_request.project_id = %(project_id)s AND status = 'pending' AND standalone_task_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM event WHERE project_id = %(project_id)s AND dedupe_key = %(key)s)
"""


async def postpone(tx: Transaction, held: Mapping[UUID, timedelta], key: str) -> dict[UUID, datetime]:
    """Postpone deadlines, unless the event with this key exists already. Return the deadlines of the open requests."""
    seconds = [one.total_seconds() for one in held.values()]
    rows = await run(tx.connection, _POSTPONE, project_id=tx.project_id, key=key, ids=list(held), seconds=seconds)
    return {row.id: row.expires_at for row in rows}


async def postpone_standalone(tx: Transaction, key: str) -> None:
    """Postpone the deadlines of standalone tasks by the time that the project was paused, unless the event with this
    key exists already. Their workflows read the new deadlines when the old ones pass."""
    await run(tx.connection, _POSTPONE_STANDALONE, project_id=tx.project_id, key=key)


async def reason_not_to_expire(connection: AsyncConnection, request_id: UUID, known: datetime) -> RequestOutcome | None:
    """Return how long a standalone task's workflow has to wait although the deadline that it knows has passed.

    None if the request may expire: it is not a standalone task's, or its deadline was not postponed.
    """
    query = (
        select(HITL_REQUEST.c.expires_at, PROJECT.c.status, func.clock_timestamp() - HITL_REQUEST.c.expires_at)
        .join(PROJECT, PROJECT.c.id == HITL_REQUEST.c.project_id)
        .where(HITL_REQUEST.c.id == request_id, HITL_REQUEST.c.status == HitlStatus.PENDING)
        .where(HITL_REQUEST.c.standalone_task_id.is_not(None))
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    expires_at, status, overdue = row
    if status == ProjectStatus.PAUSED:
        return RequestOutcome(check_again_in=min(max(overdue, SHORTEST_HOLD), LONGEST_HOLD))
    return RequestOutcome(deadline=expires_at) if expires_at > known else None
