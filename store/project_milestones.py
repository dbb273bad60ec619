"""The opening and the completion of a project, each in one statement.

That is the usual case. Whatever else may be is left to `projects` and its transaction, and the statement writes
nothing: another run owns the project, it was paused or halted, or the workflow completed although a step was open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from models.contracts.enums import ProjectStatus
from models.contracts.event_data import WorkflowEvent
from models.contracts.names import REHEARSAL, CrewName
from models.contracts.pipeline import Pipeline
from models.contracts.records import OpenProjectInput, RecordStatusInput
from store.statement import run, with_statuses
from store.transaction import Changes, ProjectUnknownError, Store, flush_if

_READ: LiteralString = """
SELECT project.pipeline, project.crew, content.body AS brief FROM project
JOIN artifact ON artifact.origin_id = project.id JOIN content ON content.hash = artifact.content_hash
WHERE project.id = %(id)s
"""

_OPEN: LiteralString = flush_if(
    "generation = %(generation)s AND opened_run IS NULL AND status = 'starting'", "opened_run = %(run)s,"
)

# Nothing is open unless somebody has ended a step past its worker.
_COMPLETE: LiteralString = flush_if(
    with_statuses("""
        generation = %(generation)s AND status NOT IN {final_project_statuses} AND NOT EXISTS (
            SELECT FROM task
            WHERE project_id = %(project_id)s AND standalone_task_id IS NULL AND status IN {open_task_statuses})
    """)
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What decides which steps of a project are short."""

    pipeline: Pipeline
    crew: CrewName
    brief: str


async def plan(store: Store, project_id: UUID) -> Plan:
    """Return how a project is to be delivered.

    Raises:
        ProjectUnknownError: it does not exist.
    """
    async with store.reading() as connection:
        rows = await run(connection, _READ, id=project_id)
    if not rows:
        raise ProjectUnknownError(f"project {project_id} does not exist")
    (row,) = rows
    return Plan(Pipeline.model_validate(row.pipeline), row.crew or REHEARSAL, bytes(row.brief).decode())


async def open_first(store: Store, opening: OpenProjectInput) -> bool:
    """Record that the first run of a project's workflow has started. Return False if `projects` has to decide."""
    changes = _status(opening.project_id, ProjectStatus.ACTIVE, "active", opening.generation)
    return await store.apply(changes, _OPEN, generation=opening.generation, run=opening.run_id)


async def complete(store: Store, change: RecordStatusInput) -> bool:
    """Record that a project is completed, if that is the change. Return False if `projects` has to record it, or what
    else became of the project."""
    if change.status is not ProjectStatus.COMPLETED or change.generation is None or change.reason is not None:
        return False
    changes = _status(change.project_id, change.status, change.key, change.generation)
    return await store.apply(changes, _COMPLETE, generation=change.generation)


def status_key(key: str, generation: int) -> str:
    """Return the key of the event of a status. A project that is retried has each status again."""
    return f"status:{key}" + (f":{generation}" if generation else "")


def _status(project_id: UUID, status: ProjectStatus, key: str, generation: int) -> Changes:
    changes = Changes(project_id)
    changes.update_project(status=status)
    changes.record(WorkflowEvent(status=status, reason=None), key=status_key(key, generation))
    return changes
