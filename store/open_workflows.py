"""Workflows that are open according to their records, and the problems that they have."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.contract import storable
from models.contracts.enums import ProjectStatus, WorkflowProblemKind
from models.contracts.event_data import ErrorEvent, WorkflowEvent
from models.contracts.recovery import WorkflowProblem
from models.tables import HITL_REQUEST, TASK, Project
from store import hitl, projects, tasks
from store.statement import run, with_statuses
from store.transaction import Transaction

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

# If several workers reconcile at once, one of them writes. None overwrites a restart that it did not see.
_SET_PROJECT_PROBLEM: LiteralString = with_statuses("""
UPDATE project SET workflow_problem = %(problem)s
WHERE id = %(project_id)s AND generation = %(generation)s
  AND status NOT IN {final_project_statuses}
  AND (workflow_problem - 'since') IS DISTINCT FROM (%(problem)s::jsonb - 'since')
RETURNING status
""")

_SET_TASK_PROBLEM: LiteralString = """
UPDATE task SET workflow_problem = %(problem)s
WHERE id = %(task_id)s AND generation = %(generation)s
  AND (workflow_problem - 'since') IS DISTINCT FROM (%(problem)s::jsonb - 'since')
RETURNING status
"""

_RESTART_PROJECT: LiteralString = with_statuses("""
UPDATE project SET generation = generation + 1, opened_run = NULL
WHERE id = %(project_id)s AND generation = %(generation)s
  AND status NOT IN {final_project_statuses}
RETURNING status
""")

_RESTART_TASK: LiteralString = """
UPDATE task SET generation = generation + 1 WHERE id = %(task_id)s AND generation = %(generation)s RETURNING status
"""


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


async def try_lock(connection: AsyncConnection, workflow_id: str) -> bool:
    """Try to take the lock for restarting or ending this workflow, until the connection's transaction ends. Return
    whether it was free. If the process dies, the lock is released with its connection."""
    query: LiteralString = "SELECT pg_try_advisory_xact_lock(hashtextextended(%(workflow_id)s, 0)) AS got"
    (row,) = await run(connection, query, workflow_id=workflow_id)
    return bool(row.got)


async def record_problem(tx: Transaction, of: OpenWorkflow, problem: WorkflowProblem | None) -> bool:
    """Record a workflow's problem, or with None that it has been resolved, and the event.

    Returns False, and writes nothing, if that is recorded already, or if the workflow was restarted or has ended since
    it was read.
    """
    rows = await run(
        tx.connection,
        _SET_TASK_PROBLEM if of.task_id else _SET_PROJECT_PROBLEM,
        project_id=of.project_id,
        task_id=of.task_id,
        generation=of.generation,
        problem=Jsonb(problem.model_dump(mode="json")) if problem else None,
    )
    if not rows:
        return False
    if problem is not None:
        key = f"workflow:{of.workflow_id}:{problem.kind}:{problem.since.isoformat()}"
        message = storable(f"The workflow of this {of.noun} does not continue: {problem.detail}")[:2000]
        tx.record(ErrorEvent(message=message, workflow_problem=problem.kind), key=key, task_id=of.task_id)
    elif of.problem is not None:
        key = f"workflow:{of.workflow_id}:found:{of.problem.since.isoformat()}"
        _record_event(tx, of, rows[0], f"the workflow of this {of.noun} continues", key)
    return True


async def claim_restart(tx: Transaction, of: OpenWorkflow) -> bool:
    """Increment a workflow's generation, which only one caller can, in order to restart it. Return False if another
    caller did, or if the project has ended."""
    rows = await run(
        tx.connection,
        _RESTART_TASK if of.task_id else _RESTART_PROJECT,
        project_id=of.project_id,
        task_id=of.task_id,
        generation=of.generation,
    )
    if not rows:
        return False
    key = f"restarted:{of.workflow_id}:{of.generation + 1}"
    _record_event(tx, of, rows[0], f"the workflow of this {of.noun} is restarted from its records", key)
    return True


def _record_event(tx: Transaction, of: OpenWorkflow, row: Any, reason: str, key: str) -> None:
    """Record what happened to a workflow, with the status of its project. `row` is the updated one."""
    status = of.status if of.task_id else ProjectStatus(row.status)
    tx.record(WorkflowEvent(status=status, reason=reason), key=key, task_id=of.task_id)


async def cancel(tx: Transaction, of: OpenWorkflow, reason: str) -> None:
    """Record a project or a standalone handoff as cancelled, with its open tasks and requests."""
    if of.task_id is None:
        await projects.set_status(tx, ProjectStatus.CANCELLED, str(ProjectStatus.CANCELLED), reason)
    else:
        await cancel_handoff(tx, of.workflow_id)


async def cancel_handoff(tx: Transaction, workflow_id: str) -> None:
    """Record the open tasks and requests of a standalone handoff as cancelled."""
    await hitl.cancel_open(tx, HITL_REQUEST.c.workflow_id == workflow_id)
    await tasks.cancel_open(tx, TASK.c.workflow_id == workflow_id)


async def pending_requests(connection: AsyncConnection) -> dict[str, set[UUID]]:
    """Return the open requests by the id of their workflow."""
    found: dict[str, set[UUID]] = {}
    for row in await run(connection, "SELECT workflow_id, id FROM hitl_request WHERE status = 'pending'"):
        found.setdefault(row.workflow_id, set()).add(row.id)
    return found
