"""The events of stops, in the logs of the projects that they affect: one unit of work for each project.

The stop holds from the moment that its row is committed. What is left of its events is recorded by the sweeper.
"""

from __future__ import annotations

from datetime import timedelta
from typing import LiteralString
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.event_data import StopChange
from models.contracts.names import AgentType
from models.tables import STOP, Stop
from store import stops
from store.rows import fetch_all
from store.statement import run, with_statuses
from store.transaction import Store, Transaction

_AFFECTED: LiteralString = with_statuses("""
SELECT project.id FROM project
WHERE project.status NOT IN {final_project_statuses}
  AND (%(project_id)s::uuid IS NULL OR project.id = %(project_id)s)
  AND (%(role)s::text IS NULL
       OR project.pipeline @> jsonb_build_object('stages',
              jsonb_build_array(jsonb_build_object('agent', %(role)s::text)))
       OR EXISTS (SELECT FROM task WHERE task.project_id = project.id AND task.agent_type = %(role)s
                  AND task.status IN {open_task_statuses}))
ORDER BY project.id
""")


async def announce(store: Store, stop: Stop) -> int:
    """Record that a stop began and, if it was released, that. Return the number of projects that it affects."""
    async with store.reading() as connection:
        affected = await _affected(connection, stop)
    for project_id in affected:
        async with store.transaction(project_id) as tx:
            record(tx, stop)
    is_same = STOP.c.released_at.is_not_distinct_from(stop.released_at)
    async with store.reading() as connection:
        await connection.execute(update(STOP).where(STOP.c.id == stop.id, is_same).values(is_announced=True))
    return len(affected)


def record(tx: Transaction, stop: Stop) -> None:
    """Add the events of a stop to a project's log, each once."""
    target = stops.target_of(stop)
    changes = [(True, stop.reason, stop.stopped_by, stop.stopped_by_id)]
    if stop.released_at is not None:
        changes.append((False, stop.release_reason or "", stop.released_by or "", stop.released_by_id))
    for stopped, reason, by, principal_id in changes:
        tx.principal_id = principal_id
        tx.record(
            StopChange(stop_id=stop.id, scope=target.scope, role=target.role, stopped=stopped, reason=reason, by=by),
            key=f"stop:{stop.id}:{'began' if stopped else 'released'}",
            task_id=target.task_id,
        )


async def unannounced(connection: AsyncConnection, older_than: timedelta) -> list[Stop]:
    """Return the stops whose events may be missing in some log."""
    changed = func.coalesce(STOP.c.released_at, STOP.c.created_at)
    query = select(STOP).where(~STOP.c.is_announced, changed < func.clock_timestamp() - older_than)
    return await fetch_all(connection, Stop, query.order_by(STOP.c.created_at))


async def has_role(connection: AsyncConnection, role: AgentType) -> bool:
    """Return whether a stage or an open task of an open project has the role."""
    return bool(await run(connection, _AFFECTED, project_id=None, role=role))


async def _affected(connection: AsyncConnection, stop: Stop) -> list[UUID]:
    """Return the open projects that a stop affects."""
    rows = await run(connection, _AFFECTED, project_id=stop.project_id, role=stop.role)
    return [row.id for row in rows]
