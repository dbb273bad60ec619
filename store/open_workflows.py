"""Workflows that are open according to their records, and the problems that they have."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import ProjectStatus, WorkflowProblemKind
from models.contracts.recovery import WorkflowProblem
from models.tables import Project
from store.statement import run, with_statuses

# A standalone handoff is open if it has an open task or an open request. After a failed step it only has a request.
_FIND: LiteralString = with_statuses("""
SELECT * FROM (
    SELECT 'project-' || id AS workflow_id, id AS project_id, NULL::uuid AS task_id, status = 'starting' AS unstarted,
           generation, workflow_problem, name, status
    FROM project WHERE status NOT IN {final_project_statuses}
    UNION ALL
    SELECT task.workflow_id, task.project_id, task.id, task.status = 'pending', task.generation, task.workflow_problem,
           project.name, project.status
    FROM task JOIN project ON project.id = task.project_id
    WHERE task.id IN (
        SELECT standalone_task_id FROM task
        WHERE standalone_task_id IS NOT NULL AND status IN {open_task_statuses}
        UNION SELECT standalone_task_id FROM hitl_request
        WHERE standalone_task_id IS NOT NULL AND status = 'pending')
) AS open
WHERE (%(only)s::text IS NULL OR workflow_id = %(only)s) AND (NOT %(only_with_problem)s OR workflow_problem IS NOT NULL)
      AND (%(after)s::uuid IS NULL OR COALESCE(task_id, project_id) > %(after)s)
      AND (%(within)s::uuid[] IS NULL OR project_id = ANY(%(within)s))
ORDER BY COALESCE(task_id, project_id) LIMIT %(limit)s
""")

COUNT_PROBLEMS: LiteralString = with_statuses("""
SELECT kind, count(*) AS count FROM (
    SELECT workflow_problem->>'kind' AS kind FROM project
    WHERE workflow_problem IS NOT NULL AND status NOT IN {final_project_statuses}
        AND (%(within)s::uuid[] IS NULL OR id = ANY(%(within)s))
    UNION ALL
    SELECT workflow_problem->>'kind' FROM task AS first
    WHERE workflow_problem IS NOT NULL AND (%(within)s::uuid[] IS NULL OR project_id = ANY(%(within)s)) AND (
        EXISTS (SELECT FROM task WHERE task.standalone_task_id = first.id AND task.status IN {open_task_statuses})
        OR EXISTS (SELECT FROM hitl_request AS request
                   WHERE request.standalone_task_id = first.id AND request.status = 'pending'))
) AS named GROUP BY kind
""")

_KNOWN: LiteralString = """
SELECT 'project-' || id AS workflow_id FROM project WHERE id = ANY(%(projects)s::uuid[])
UNION ALL SELECT 'task-' || id FROM task WHERE id = ANY(%(tasks)s::uuid[])
"""

_ENDED: LiteralString = with_statuses("""
SELECT 'project-' || id AS workflow_id FROM project
WHERE id = ANY(%(projects)s::uuid[]) AND status IN {final_project_statuses}
""")


@dataclass(frozen=True, slots=True)
class OpenWorkflow:
    """An open project, or an open standalone handoff if `task_id` is set, whose workflow should be running.

    `unstarted` says that the workflow may not have been started yet.
    """

    workflow_id: str
    project_id: UUID
    task_id: UUID | None
    unstarted: bool
    generation: int
    problem: WorkflowProblem | None
    name: str
    status: ProjectStatus

    @property
    def id(self) -> UUID:
        """The id of the standalone handoff or the project."""
        return self.task_id or self.project_id

    @property
    def noun(self) -> str:
        """What the workflow carries, in a message."""
        return "task" if self.task_id else "project"


def _open_workflow(row: Any) -> OpenWorkflow:
    return OpenWorkflow(
        row.workflow_id,
        row.project_id,
        row.task_id,
        row.unstarted,
        row.generation,
        _read_problem(row.workflow_problem),
        row.name,
        ProjectStatus(row.status),
    )


def _read_problem(recorded: dict[str, Any] | None) -> WorkflowProblem | None:
    """Return a row's problem. One that cannot be read, from another version, must not hide the other rows: the
    reconciler replaces it."""
    if not recorded:
        return None
    try:
        return WorkflowProblem.model_validate(recorded)
    except ValidationError:
        detail = "The problem in its records cannot be read."
        return WorkflowProblem(kind=WorkflowProblemKind.INCONSISTENT, detail=detail, since=datetime.now(UTC))


async def find(connection: AsyncConnection) -> list[OpenWorkflow]:
    """Return every project and every standalone handoff that has not ended."""
    rows = await run(connection, _FIND, only=None, only_with_problem=False, within=None, after=None, limit=None)
    return [_open_workflow(row) for row in rows]


async def with_problems(
    connection: AsyncConnection,
    *,
    within: Collection[UUID] | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[OpenWorkflow]:
    """Return those whose workflow has a problem, ordered by id, after a given one; only of the projects `within`, if
    it is given."""
    only_of = None if within is None else list(within)
    rows = await run(connection, _FIND, only=None, only_with_problem=True, within=only_of, after=after, limit=limit)
    return [_open_workflow(row) for row in rows]


async def get(connection: AsyncConnection, workflow_id: str) -> OpenWorkflow | None:
    """Return one workflow by its id, or None if it has ended."""
    rows = await run(connection, _FIND, only=workflow_id, only_with_problem=False, within=None, after=None, limit=1)
    return _open_workflow(rows[0]) if rows else None


def of_project(project: Project) -> OpenWorkflow:
    """Return the workflow of a project, whether it has ended or not."""
    problem, status = _read_problem(project.workflow_problem), ProjectStatus(project.status)
    starting = status is ProjectStatus.STARTING
    return OpenWorkflow(
        f"project-{project.id}", project.id, None, starting, project.generation, problem, project.name, status
    )


async def unknown(connection: AsyncConnection, workflow_ids: Iterable[str]) -> set[str]:
    """Return the ids of workflows of BotArmy whose project or task is not in the records, open or ended."""
    ids = _ids_by_kind(workflow_ids)
    rows = await run(connection, _KNOWN, projects=ids["project"], tasks=ids["task"])
    return {f"{kind}-{id}" for kind, each in ids.items() for id in each} - {row.workflow_id for row in rows}


async def ended(connection: AsyncConnection, workflow_ids: Iterable[str]) -> set[str]:
    """Return the ids of workflows whose project has ended according to the records."""
    rows = await run(connection, _ENDED, projects=_ids_by_kind(workflow_ids)["project"])
    return {row.workflow_id for row in rows}


def _ids_by_kind(workflow_ids: Iterable[str]) -> dict[str, list[UUID]]:
    """Return the ids of projects and tasks in the ids of their workflows."""
    ids: dict[str, list[UUID]] = {"project": [], "task": []}
    for workflow_id in workflow_ids:
        kind, _, id = workflow_id.partition("-")
        with suppress(ValueError, KeyError):
            ids[kind].append(UUID(id))
    return ids


async def problem_counts(
    connection: AsyncConnection, within: Collection[UUID] | None = None
) -> dict[WorkflowProblemKind, int]:
    """Return how many open workflows have each kind of problem; only of the projects `within`, if it is given."""
    only_of = None if within is None else list(within)
    counts = {row.kind: row.count for row in await run(connection, COUNT_PROBLEMS, within=only_of)}
    return {kind: counts[kind] for kind in WorkflowProblemKind if kind in counts}


async def pending_requests(connection: AsyncConnection) -> dict[str, set[UUID]]:
    """Return the open requests by the id of their workflow."""
    found: dict[str, set[UUID]] = {}
    for row in await run(connection, "SELECT workflow_id, id FROM hitl_request WHERE status = 'pending'"):
        found.setdefault(row.workflow_id, set()).add(row.id)
    return found
