"""Stops: what may not run until a person releases it. The rows are the truth, and workers read them themselves.

A stop holds the deadlines of the gates that it covers, too: `held_since` of their rows says since when. The release of
the last stop that covers a gate postpones its deadline by the time that it was held.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.contracts.names import AgentType
from models.contracts.stops import HeldStop, StopTarget
from models.tables import STOP, Stop
from store.rows import fetch_all, fetch_one, model_of
from store.statement import run, with_statuses

BOTARMY = "BotArmy"
"""Who releases a stop that has nothing left to hold."""

HAS_ENDED = "What it stopped has ended."

IS_COVERED: LiteralString = """
EXISTS (SELECT FROM stop WHERE stop.released_at IS NULL
        AND (stop.project_id IS NULL OR stop.project_id = {row}.project_id)
        AND (stop.role IS NULL OR stop.role = {row}.agent_type)
        AND (stop.task_id IS NULL OR stop.task_id = {row}.task_id))
"""
"""The condition that a stop covers a row with these columns."""

_CREATE: LiteralString = """
INSERT INTO stop (id, project_id, role, task_id, reason, stopped_by, stopped_by_id, created_at,
                  is_announced)
VALUES (%(id)s, %(project_id)s, %(role)s, %(task_id)s, %(reason)s, %(stopped_by)s, %(by_id)s,
        clock_timestamp(), false)
ON CONFLICT DO NOTHING
RETURNING *
"""

# The rows are locked in one order, so that two stops do not wait for each other.
_HOLD_DEADLINES: LiteralString = """
WITH covered AS (
    SELECT id FROM hitl_request
    WHERE status = 'pending' AND held_since IS NULL AND {is_covered}
    ORDER BY id FOR UPDATE
)
UPDATE hitl_request SET held_since = clock_timestamp() FROM covered WHERE hitl_request.id = covered.id
""".replace("{is_covered}", IS_COVERED.replace("{row}", "hitl_request"))

_RELEASE: LiteralString = """
UPDATE stop SET released_at = clock_timestamp(), release_reason = %(reason)s, released_by = %(released_by)s,
                released_by_id = %(by_id)s, is_announced = false
WHERE id = %(id)s AND released_at IS NULL
RETURNING *
"""

# A pause holds deadlines, too, and its end postpones them by the time since it began: until then counts here. A request
# that was opened at the moment of the stop has no `held_since`.
_RELEASE_DEADLINES: LiteralString = """
WITH held AS (
    SELECT hitl_request.id, {is_covered} AS is_covered,
           coalesce(held_since, greatest(hitl_request.created_at, released.created_at)) AS since,
           CASE WHEN project.status = 'paused' THEN (
               SELECT max(event.created_at) FROM event
               WHERE event.project_id = project.id AND event_type = 'workflow_event' AND data ->> 'status' = 'paused'
           ) END AS paused_at
    FROM stop AS released
    JOIN hitl_request ON (released.project_id IS NULL OR released.project_id = hitl_request.project_id)
        AND (released.role IS NULL OR released.role = hitl_request.agent_type)
        AND (released.task_id IS NULL OR released.task_id = hitl_request.task_id)
    JOIN project ON project.id = hitl_request.project_id
    WHERE released.id = %(id)s AND hitl_request.status = 'pending'
    ORDER BY hitl_request.id FOR UPDATE OF hitl_request
)
UPDATE hitl_request SET
    held_since = CASE WHEN held.is_covered THEN held.since END,
    expires_at = CASE WHEN held.is_covered THEN expires_at
        ELSE expires_at + greatest(interval '0', coalesce(held.paused_at, clock_timestamp()) - held.since) END
FROM held WHERE hitl_request.id = held.id
""".replace("{is_covered}", IS_COVERED.replace("{row}", "hitl_request"))

_ENDED: LiteralString = with_statuses("""
SELECT stop.id FROM stop
LEFT JOIN project ON project.id = stop.project_id
LEFT JOIN task ON task.id = stop.task_id
WHERE stop.released_at IS NULL
  AND (project.status IN {final_project_statuses} OR task.status NOT IN {startable_task_statuses})
ORDER BY stop.id
""")

_HELD: LiteralString = """
SELECT id, project_id, role, task_id, reason, stopped_by FROM stop
WHERE released_at IS NULL
ORDER BY task_id IS NULL, id
"""

_SUSPEND: LiteralString = """
WITH suspended AS (
    UPDATE task SET waiting_since = NULL WHERE id = %(task_id)s AND waiting_since IS NOT NULL
)
SELECT clock_timestamp() - created_at AS held_for FROM stop WHERE id = %(id)s
"""


async def create(
    connection: AsyncConnection, target: StopTarget, reason: str, stopped_by: str, principal_id: UUID | None = None
) -> tuple[Stop, bool]:
    """Stop a target, in a transaction. Return the stop, and whether it is new: the same target is stopped once."""
    while True:
        values = {"project_id": target.project_id, "role": target.role, "task_id": target.task_id}
        who = {"stopped_by": stopped_by, "by_id": principal_id}
        rows = await run(connection, _CREATE, id=uuid7(), reason=reason, **who, **values)
        if rows:
            await run(connection, _HOLD_DEADLINES)
            return model_of(Stop, rows[0]), True
        if (held := await held_by_target(connection, target)) is not None:
            return held, False


async def release(
    connection: AsyncConnection, stop_id: UUID, reason: str, released_by: str, principal_id: UUID | None = None
) -> Stop | None:
    """Release a stop, in a transaction. Return its row, or None, and write nothing, if it is not held."""
    rows = await run(connection, _RELEASE, id=stop_id, reason=reason, released_by=released_by, by_id=principal_id)
    if not rows:
        return None
    await run(connection, _RELEASE_DEADLINES, id=stop_id)
    return model_of(Stop, rows[0])


async def release_ended(connection: AsyncConnection) -> int:
    """Release the stops of one project or step that has ended, in a transaction. Return how many."""
    rows = await run(connection, _ENDED)
    for row in rows:
        await release(connection, row.id, HAS_ENDED, BOTARMY)
    return len(rows)


async def get(connection: AsyncConnection, stop_id: UUID) -> Stop | None:
    """Return one stop, or None."""
    return await fetch_one(connection, Stop, select(STOP).where(STOP.c.id == stop_id))


async def held_by_target(connection: AsyncConnection, target: StopTarget) -> Stop | None:
    """Return the stop that holds exactly this target, or None."""
    query = select(STOP).where(
        STOP.c.released_at.is_(None),
        STOP.c.project_id.is_not_distinct_from(target.project_id),
        STOP.c.role.is_not_distinct_from(target.role),
        STOP.c.task_id.is_not_distinct_from(target.task_id),
    )
    return await fetch_one(connection, Stop, query)


async def find(
    connection: AsyncConnection,
    *,
    held: bool | None = None,
    project_id: UUID | None = None,
    within: Collection[UUID] | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Stop]:
    """Return stops, newest first, older than a given one; only those that are held (or released), and only those that
    affect a project, or any of several."""
    query = select(STOP).order_by(STOP.c.id.desc()).limit(limit)
    if held is not None:
        query = query.where(STOP.c.released_at.is_(None) if held else STOP.c.released_at.is_not(None))
    if project_id is not None:
        query = query.where(STOP.c.project_id.is_(None) | (STOP.c.project_id == project_id))
    if within is not None:
        query = query.where(STOP.c.project_id.is_(None) | STOP.c.project_id.in_(within))
    if before is not None:
        query = query.where(STOP.c.id < before)
    return await fetch_all(connection, Stop, query)


async def all_held(connection: AsyncConnection) -> list[HeldStop]:
    """Return every stop that is held: those of one step first, since their gates ask at once."""
    return [held_stop(row) for row in await run(connection, _HELD)]


async def holding(connection: AsyncConnection, project_id: UUID, role: AgentType, task_id: UUID) -> HeldStop | None:
    """Return a stop that holds a step, or None."""
    stops = await all_held(connection)  # few, and usually none
    return next((stop for stop in stops if stop.target.covers(project_id, role, task_id)), None)


async def suspend(connection: AsyncConnection, stop_id: UUID, task_id: UUID) -> timedelta:
    """Forget since when a step that is stopped has waited for its provider. Return how long the stop has held."""
    rows = await run(connection, _SUSPEND, id=stop_id, task_id=task_id)
    return rows[0].held_for if rows else timedelta()


def held_stop(row: Any) -> HeldStop:
    """Return a stop as a running step needs it, from its row."""
    return HeldStop(stop_id=row.id, target=target_of(row), reason=row.reason, stopped_by=row.stopped_by)


def target_of(stop: Any) -> StopTarget:
    """Return what a stop holds, from its row."""
    return StopTarget(project_id=stop.project_id, role=stop.role, task_id=stop.task_id)
