"""Projects: briefs being delivered. `store/project_start.py` creates them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import HALTED_PROJECT_STATUSES, ProjectStatus
from models.contracts.event_data import ErrorEvent, WorkflowEvent
from models.contracts.names import ArtifactType
from models.contracts.pipeline import Pipeline
from models.contracts.records import OpenProjectInput, RecordStatusResult
from models.contracts.roles import MediaType
from models.tables import HITL_REQUEST, PROJECT, TASK, Project
from store import agents, hitl, hitl_deadlines, tasks
from store.project_milestones import status_key
from store.rows import columns, fetch_one
from store.statement import run
from store.transaction import ProjectUnknownError, Transaction

_GET: LiteralString = "SELECT {columns} FROM project WHERE id = %(id)s".replace("{columns}", columns(Project))

_BY_IDEMPOTENCY_KEY: LiteralString = """
SELECT {columns} FROM project WHERE idempotency_key = %(key)s
""".replace("{columns}", columns(Project))

_STATE: LiteralString = "SELECT status, reason, generation, opened_run FROM project WHERE id = %(id)s"

_OPEN: LiteralString = """
UPDATE project SET opened_run = %(run)s WHERE id = %(id)s RETURNING status, reason, generation, opened_run
"""

_BRIEF: LiteralString = """
SELECT body FROM content JOIN artifact ON artifact.content_hash = content.hash WHERE artifact.origin_id = %(id)s
"""

_ACCEPTED_STAGES: LiteralString = """
SELECT project_id, count(DISTINCT stage) AS stages FROM task
WHERE project_id = ANY(%(ids)s) AND accepted AND standalone_task_id IS NULL
GROUP BY project_id
"""


async def set_status(
    tx: Transaction,
    status: ProjectStatus,
    key: str,
    reason: str | None,
    postponed: Mapping[UUID, timedelta] | None = None,
    generation: int | None = None,
) -> RecordStatusResult:
    """Record a project's status and its event. Any final status except `completed` closes the open tasks and requests.

    A project that has ended keeps its status, and nothing is written; nor is it for a run of another generation, if one
    is given. Returns the status as recorded.
    """
    now = await _state(tx)
    if ProjectStatus(now.status).is_final or generation not in (None, now.generation):
        return RecordStatusResult(status=now.status, reason=now.reason)
    return await _change_status(tx, now, status, key, reason, postponed or {})


async def _change_status(
    tx: Transaction,
    now: Any,
    status: ProjectStatus,
    key: str,
    reason: str | None = None,
    postponed: Mapping[UUID, timedelta] = MappingProxyType({}),
) -> RecordStatusResult:
    if status in HALTED_PROJECT_STATUSES:
        await tasks.cancel_open(tx)
        await hitl.cancel_open(tx)
        await agents.mark_all_idle(tx)
    elif status is ProjectStatus.COMPLETED:
        await _report_unfinished(tx, now.generation)
    tx.update_project(status=status, reason=reason)
    key = status_key(key, now.generation)
    tx.record(WorkflowEvent(status=status, reason=reason), key=key)
    if now.status == ProjectStatus.PAUSED and status is ProjectStatus.ACTIVE:
        await hitl_deadlines.postpone_standalone(tx, key)
    deadlines = await hitl_deadlines.postpone(tx, postponed, key) if postponed else {}
    return RecordStatusResult(status=status, reason=reason, deadlines=deadlines)


async def _report_unfinished(tx: Transaction, generation: int) -> None:
    """Report the stages of a completed project that are open in the records. There are none unless somebody has ended a
    step past its worker, as every client of Temporal can: its agent has not finished, or nobody has decided."""
    if stages := await tasks.cancel_open(tx, TASK.c.standalone_task_id.is_(None)):
        await hitl.cancel_open(tx, HITL_REQUEST.c.standalone_task_id.is_(None))
        what = f"The workflow completed although {', '.join(stages)} was open: a client of Temporal has ended a step."
        tx.record(ErrorEvent(message=what), key=f"unfinished:{generation}")


async def open_run(tx: Transaction, opening: OpenProjectInput) -> bool:
    """Record that a project's workflow has started. A restarted one keeps the project's status.

    Returns False, and writes nothing, if another run owns the project: it was restarted since, or Temporal lost the run
    that had opened it while this start was on its way.
    """
    now = await _state(tx)
    known = now.opened_run is not None and opening.run_id is not None
    if now.generation != opening.generation or (known and now.opened_run != opening.run_id):
        return False
    if now.opened_run is None:
        (now,) = await run(tx.connection, _OPEN, id=tx.project_id, run=opening.run_id)
    is_final = ProjectStatus(now.status).is_final
    if not is_final and (opening.generation == 0 or now.status == ProjectStatus.STARTING):
        await _change_status(tx, now, ProjectStatus.ACTIVE, "active")
    return True


async def _state(tx: Transaction) -> Any:
    rows = await run(tx.connection, _STATE, id=tx.project_id)
    if not rows:
        raise ProjectUnknownError(f"project {tx.project_id} does not exist")
    return rows[0]


async def get(connection: AsyncConnection, project_id: UUID) -> Project | None:
    """Return one project, or None."""
    return await fetch_one(connection, Project, _GET, id=project_id)


async def by_idempotency_key(connection: AsyncConnection, key: str) -> Project | None:
    """Return the project that was started with this key, or None."""
    return await fetch_one(connection, Project, _BY_IDEMPOTENCY_KEY, key=key)


async def names(connection: AsyncConnection, project_ids: Collection[UUID]) -> dict[UUID, tuple[str, bool]]:
    """Return the name of each project, and whether it is paused."""
    rows = await run(connection, "SELECT id, name, status FROM project WHERE id = ANY(%(ids)s)", ids=list(project_ids))
    return {row.id: (row.name, row.status == ProjectStatus.PAUSED) for row in rows}


async def accepted_stages(connection: AsyncConnection, project_ids: list[UUID]) -> dict[UUID, int]:
    """Return how many stages of each project are accepted."""
    return {row.project_id: row.stages for row in await run(connection, _ACCEPTED_STAGES, ids=project_ids)}


async def media_type(connection: AsyncConnection, project_id: UUID, type: ArtifactType) -> MediaType:
    """Return the media type of an artifact that a person supplies in place of an agent."""
    query = select(PROJECT.c.pipeline).where(PROJECT.c.id == project_id)
    pipeline = Pipeline.model_validate((await connection.execute(query)).one().pipeline)
    kind = pipeline.artifact(type)
    return kind.media_type if kind else MediaType.MARKDOWN


async def brief(connection: AsyncConnection, project_id: UUID) -> str:
    """Return the text that the project was started with.

    Raises:
        ProjectUnknownError: the project does not exist.
    """
    rows = await run(connection, _BRIEF, id=project_id)
    if not rows:
        raise ProjectUnknownError(f"project {project_id} does not exist")
    return bytes(rows[0].body).decode()
