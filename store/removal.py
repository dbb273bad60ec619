"""Remove projects that have ended, with everything that belongs to them. What was spent stays in the budgets of days.

A project is removed in one transaction: it is there, or it is gone. The contents that nothing names any more follow in
one of their own, and `store/unnamed_contents.py` finds what a killed process has left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import LiteralString, NamedTuple
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.postgres import explain
from models.contracts.enums import ProjectStatus
from store import unnamed_contents
from store.database import DATABASE_ERRORS
from store.statement import run, with_statuses
from store.transaction import Store

log = structlog.get_logger(__name__)

SECONDS = 60.0
"""How long it may take to remove one project."""

# Other writers of a project lock its rows first and the project last, and here the project is locked first. A removal
# that waits longer than this fails, so that no other writer is chosen as the victim of a deadlock (after 1 s).
_LOCK_TIMEOUT: LiteralString = "SET LOCAL lock_timeout = '400ms'"

# Nobody can add rows to a project whose row is locked: the foreign keys of new rows wait for this transaction.
_LOCK: LiteralString = with_statuses("""
SELECT status, status NOT IN {final_project_statuses} AS is_running, kept_at IS NOT NULL AS is_kept, last_seq,
       ended_at, updated_at
FROM project WHERE id = %(id)s FOR UPDATE
""")

_OPEN: LiteralString = with_statuses("""
SELECT EXISTS (SELECT FROM task WHERE project_id = %(id)s AND status IN {open_task_statuses}) AS has_tasks,
       EXISTS (SELECT FROM hitl_request WHERE project_id = %(id)s AND status = 'pending') AS has_requests,
       EXISTS (SELECT FROM reservation JOIN task ON task.id = reservation.task_id
               WHERE task.project_id = %(id)s) AS has_calls
""")

# One statement: PostgreSQL checks the references between these rows at its end. A membership or a token without a
# project would be one in all projects: they are removed, too.
_REMOVE: LiteralString = """
WITH doomed AS (SELECT id, workflow_id FROM task WHERE project_id = %(id)s),
transcripts AS (DELETE FROM transcript USING doomed WHERE transcript.task_id = doomed.id),
contexts AS (DELETE FROM given_context WHERE project_id = %(id)s),
decisions AS (DELETE FROM hitl_decision WHERE project_id = %(id)s RETURNING content_hash),
requests AS (DELETE FROM hitl_request WHERE project_id = %(id)s),
artifacts AS (DELETE FROM artifact WHERE project_id = %(id)s RETURNING content_hash),
stops AS (DELETE FROM stop WHERE project_id = %(id)s OR task_id IN (SELECT id FROM doomed)),
budgets AS (DELETE FROM budget WHERE project_id = %(id)s),
agents AS (DELETE FROM agent_state WHERE project_id = %(id)s),
keys AS (DELETE FROM idempotency_key WHERE project_id = %(id)s),
members AS (DELETE FROM membership WHERE project_id = %(id)s),
group_roles AS (DELETE FROM group_role WHERE project_id = %(id)s),
tokens AS (DELETE FROM api_token WHERE project_id = %(id)s),
events AS (DELETE FROM event WHERE project_id = %(id)s),
tasks AS (DELETE FROM task WHERE project_id = %(id)s),
children AS (UPDATE project SET parent_id = NULL WHERE parent_id = %(id)s),
removed AS (DELETE FROM project WHERE id = %(id)s)
SELECT ARRAY(SELECT content_hash FROM artifacts
             UNION SELECT content_hash FROM decisions WHERE content_hash IS NOT NULL) AS hashes,
       ARRAY(SELECT DISTINCT workflow_id FROM doomed) AS workflow_ids
"""

# The projects that `remove` would remove. The index has those that have ended and are not kept.
_FIND_OLD: LiteralString = with_statuses("""
SELECT id, ended_at FROM project
WHERE ended_at < %(before)s AND kept_at IS NULL AND updated_at < %(before)s AND status IN {final_project_statuses}
  AND (ended_at, id) > (%(ended_at)s, %(id)s)
  AND NOT EXISTS (SELECT FROM task WHERE task.project_id = project.id AND task.status IN {open_task_statuses})
  AND NOT EXISTS (SELECT FROM hitl_request
                  WHERE hitl_request.project_id = project.id AND hitl_request.status = 'pending')
ORDER BY ended_at, id LIMIT %(limit)s
""")

BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.ForeignKeyViolation, psycopg.errors.DeadlockDetected)
"""Errors of a removal while something else writes to the project. It was rolled back, and may be tried again."""


class NotRemovableError(Exception):
    """The project is not removed; the message says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class RemovedProject:
    """A project that was removed: how far its log reached, the contents that it named, and its workflows."""

    id: UUID
    head: int
    content_hashes: list[str]
    workflow_ids: list[str]


async def remove(
    connection: AsyncConnection, id: UUID, unchanged_since: datetime | None = None
) -> RemovedProject | None:
    """Remove a project, in a transaction that ends right afterwards. Return None if it does not exist.

    Args:
        unchanged_since: keep a project to which anything has happened since then.

    Raises:
        NotRemovableError: it has not ended, is marked to be kept, or has changed.
        BUSY: something else writes to it.
    """
    await run(connection, _LOCK_TIMEOUT)
    rows = await run(connection, _LOCK, id=id)
    if not rows:
        return None
    (project,) = rows
    if project.is_running:
        raise NotRemovableError(f"it is {ProjectStatus(project.status)}: only one that has ended can be removed")
    if project.is_kept:
        raise NotRemovableError("it is marked to be kept")
    if unchanged_since is not None and max(project.updated_at, project.ended_at) >= unchanged_since:
        raise NotRemovableError("it has changed")
    (open,) = await run(connection, _OPEN, id=id)
    if open.has_tasks or open.has_requests:
        raise NotRemovableError("a task of it is still open")
    if open.has_calls:
        raise NotRemovableError("what a call of a model has cost is not booked yet")
    (removed,) = await run(connection, _REMOVE, id=id)
    return RemovedProject(id, project.last_seq, removed.hashes, sorted({f"project-{id}", *removed.workflow_ids}))


class OldProject(NamedTuple):
    """A project that ended long ago."""

    id: UUID
    ended_at: datetime


async def find_old(
    connection: AsyncConnection, before: datetime, after: OldProject | None, limit: int
) -> list[OldProject]:
    """Return projects that ended, and last changed, before a moment, in the order of their end, after a given one."""
    start = after or OldProject(UUID(int=0), datetime.min.replace(tzinfo=UTC))
    rows = await run(connection, _FIND_OLD, before=before, limit=limit, **start._asdict())
    return [OldProject(*row) for row in rows]


async def tidy_up(store: Store, removed: RemovedProject) -> None:
    """Remove the contents that nothing names any more, and tell those who watch all projects."""
    store.bus.publish_removal(removed.id, removed.head)
    try:
        async with store.writing() as connection:
            await run(connection, _LOCK_TIMEOUT)
            await unnamed_contents.remove(connection, removed.content_hashes)
    except DATABASE_ERRORS as error:  # the sweeper removes them later
        log.warning("contents_not_removed", project_id=str(removed.id), reason=explain(error))
