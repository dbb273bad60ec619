"""The deadlines of HITL requests, which a paused project postpones, and which do not pass while a stop holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.records import RequestOutcome
from store.events import IS_KEY
from store.statement import run
from store.stops import IS_COVERED
from store.transaction import Transaction

SHORTEST_HOLD, LONGEST_HOLD = timedelta(minutes=1), timedelta(hours=1)
"""The time between two checks of whether a deadline is still held."""

HOLD_SHARE = 10
"""It grows with the time since the deadline: a request expires late by a tenth of the time that a stop held it."""

# A stop may hold the deadline, too. The time until now is added here, and its release adds only what follows.
_POSTPONE: LiteralString = """
UPDATE hitl_request SET
    expires_at = expires_at + greatest(held.seconds * interval '1 second', clock_timestamp() - held_since),
    held_since = CASE WHEN held_since IS NOT NULL THEN clock_timestamp() END
FROM unnest(%(ids)s::uuid[], %(seconds)s::float8[]) AS held (id, seconds)
WHERE hitl_request.id = held.id AND hitl_request.project_id = %(project_id)s AND hitl_request.status = 'pending'
  AND NOT EXISTS (SELECT FROM event WHERE project_id = %(project_id)s AND {is_key})
""".replace("{is_key}", IS_KEY.replace("{key}", "%(key)s"))

_DEADLINES: LiteralString = """
SELECT id, expires_at FROM hitl_request
WHERE id = ANY(%(ids)s) AND project_id = %(project_id)s AND status = 'pending'
"""

_POSTPONE_STANDALONE: LiteralString = """
UPDATE hitl_request SET
    expires_at = expires_at + (clock_timestamp() - least(greatest(created_at, paused.at), held_since)),
    held_since = CASE WHEN held_since IS NOT NULL THEN clock_timestamp() END
FROM (SELECT max(created_at) AS at FROM event
      WHERE project_id = %(project_id)s AND event_type = 'workflow_event' AND data ->> 'status' = 'paused') AS paused
WHERE hitl_request.project_id = %(project_id)s AND status = 'pending' AND standalone_task_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM event WHERE project_id = %(project_id)s AND {is_key})
""".replace("{is_key}", IS_KEY.replace("{key}", "%(key)s"))

_EXPIRING: LiteralString = """
SELECT expires_at, clock_timestamp() - expires_at AS overdue,
       (standalone_task_id IS NOT NULL AND project.status = 'paused') OR {is_stopped} AS is_held
FROM hitl_request JOIN project ON project.id = hitl_request.project_id
WHERE hitl_request.id = %(id)s AND hitl_request.status = 'pending'
""".replace("{is_stopped}", IS_COVERED.replace("{row}", "hitl_request"))


async def postpone(tx: Transaction, held: Mapping[UUID, timedelta], key: str) -> dict[UUID, datetime]:
    """Postpone deadlines, unless the event with this key exists already. Return the deadlines of the open requests."""
    seconds = [one.total_seconds() for one in held.values()]
    await run(tx.connection, _POSTPONE, project_id=tx.project_id, key=key, ids=list(held), seconds=seconds)
    rows = await run(tx.connection, _DEADLINES, project_id=tx.project_id, ids=list(held))
    return {row.id: row.expires_at for row in rows}


async def postpone_standalone(tx: Transaction, key: str) -> None:
    """Postpone the deadlines of standalone tasks by the time that the project was paused, unless the event with this
    key exists already. Their workflows read the new deadlines when the old ones pass."""
    await run(tx.connection, _POSTPONE_STANDALONE, project_id=tx.project_id, key=key)


async def reason_not_to_expire(connection: AsyncConnection, request_id: UUID, known: datetime) -> RequestOutcome | None:
    """Return how long a workflow has to wait although the deadline that it knows has passed.

    None if the request may expire: nothing holds its deadline or has postponed it. The workflow of a project holds
    deadlines itself while the project is paused; only the records do so for standalone tasks and for stops.
    """
    rows = await run(connection, _EXPIRING, id=request_id)
    if not rows:
        return None
    (row,) = rows
    if row.is_held:
        return RequestOutcome(check_again_in=min(max(row.overdue / HOLD_SHARE, SHORTEST_HOLD), LONGEST_HOLD))
    return RequestOutcome(deadline=row.expires_at) if row.expires_at > known else None
