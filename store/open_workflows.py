"""What the records know of each workflow: whether it is theirs to go on, and all that its state is rebuilt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.contract import storable
from models.contracts.enums import EventType, ProjectStatus, WorkflowProblemKind
from models.contracts.recovery import WorkflowProblem
from models.tables import HITL_REQUEST, TASK
from store import hitl, projects, tasks
from store.statement import run, with_statuses
from store.transaction import Transaction

# An open handoff of its own is one with an open task, or an open request: a step that failed for good has only that.
_OPEN: LiteralString = with_statuses("""
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
WHERE (%(only)s::text IS NULL OR workflow_id = %(only)s) AND (NOT %(named)s OR workflow_problem IS NOT NULL)
      AND (%(after)s::uuid IS NULL OR COALESCE(task_id, project_id) > %(after)s)
ORDER BY COALESCE(task_id, project_id) LIMIT %(limit)s
""")

_COUNTED: LiteralString = with_statuses("""
SELECT kind, count(*) AS count FROM (
    SELECT workflow_problem->>'kind' AS kind FROM project
    WHERE workflow_problem IS NOT NULL AND status NOT IN {final_project_statuses}
    UNION ALL
    SELECT workflow_problem->>'kind' FROM task AS first
    WHERE workflow_problem IS NOT NULL AND (
        EXISTS (SELECT FROM task WHERE task.standalone_task_id = first.id AND task.status IN {open_task_statuses})
        OR EXISTS (SELECT FROM hitl_request AS request
                   WHERE request.standalone_task_id = first.id AND request.status = 'pending'))
) AS named GROUP BY kind
""")

# Where several workers look at once, one of them writes; none writes over a restart that it did not see.
_TELL_PROJECT: LiteralString = with_statuses("""
UPDATE project SET workflow_problem = %(problem)s
WHERE id = %(project_id)s AND generation = %(generation)s
  AND status NOT IN {final_project_statuses}
  AND (workflow_problem - 'since') IS DISTINCT FROM (%(problem)s::jsonb - 'since')
RETURNING status
""")

_TELL_TASK: LiteralString = """
UPDATE task SET workflow_problem = %(problem)s
WHERE id = %(task_id)s AND generation = %(generation)s
  AND (workflow_problem - 'since') IS DISTINCT FROM (%(problem)s::jsonb - 'since')
RETURNING status
"""

_RAISE_PROJECT: LiteralString = with_statuses("""
UPDATE project SET generation = generation + 1, opened_run = NULL
WHERE id = %(project_id)s AND generation = %(generation)s
  AND status NOT IN {final_project_statuses}
RETURNING status
""")

_RAISE_TASK: LiteralString = """
UPDATE task SET generation = generation + 1 WHERE id = %(task_id)s AND generation = %(generation)s RETURNING status
"""


@dataclass(frozen=True, slots=True)
class OpenWorkflow:
    """An open row and the workflow that should be at it: a project's, or a handoff's of its own where there is a
    `task_id`. `unstarted` says that the workflow may not have been started yet."""

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
        """That of the handoff of its own, or of the project."""
        return self.task_id or self.project_id


def _open(row: Any) -> OpenWorkflow:
    problem = WorkflowProblem.model_validate(row.workflow_problem) if row.workflow_problem else None
    return OpenWorkflow(
        row.workflow_id,
        row.project_id,
        row.task_id,
        row.unstarted,
        row.generation,
        problem,
        row.name,
        ProjectStatus(row.status),
    )


async def find(connection: AsyncConnection) -> list[OpenWorkflow]:
    """Every project and every handoff of its own that has not ended."""
    rows = await run(connection, _OPEN, only=None, named=False, after=None, limit=None)
    return [_open(row) for row in rows]


async def with_problems(
    connection: AsyncConnection, *, after: UUID | None = None, limit: int = 100
) -> list[OpenWorkflow]:
    """Those whose workflow does not go on, in the order of their ids, after a given one."""
    rows = await run(connection, _OPEN, only=None, named=True, after=after, limit=limit)
    return [_open(row) for row in rows]


async def get(connection: AsyncConnection, workflow_id: str) -> OpenWorkflow | None:
    """The open row of one workflow; None where it has ended."""
    rows = await run(connection, _OPEN, only=workflow_id, named=False, after=None, limit=1)
    return _open(rows[0]) if rows else None


async def problem_counts(connection: AsyncConnection) -> dict[WorkflowProblemKind, int]:
    """How many there are of each kind of problem."""
    return {WorkflowProblemKind(row.kind): row.count for row in await run(connection, _COUNTED)}


async def try_lock(connection: AsyncConnection, workflow_id: str) -> bool:
    """Whether the connection's transaction is the only one, until it ends, to start this workflow again or to end it. A
    process that dies lets go of it with its connection."""
    query: LiteralString = "SELECT pg_try_advisory_xact_lock(hashtextextended(%(workflow_id)s, 0)) AS got"
    (row,) = await run(connection, query, workflow_id=workflow_id)
    return bool(row.got)


async def record_problem(tx: Transaction, of: OpenWorkflow, problem: WorkflowProblem | None) -> bool:
    """Write why a workflow does not go on, and announce it, or that it goes on again; False, and nothing written, where
    that is known, or the row was started again or has ended since it was read."""
    rows = await run(
        tx.connection,
        _TELL_TASK if of.task_id else _TELL_PROJECT,
        project_id=of.project_id,
        task_id=of.task_id,
        generation=of.generation,
        problem=Jsonb(problem.model_dump(mode="json")) if problem else None,
    )
    if not rows:
        return False
    what = "task" if of.task_id else "project"
    if problem is not None:
        key = f"workflow:{of.workflow_id}:{problem.kind}:{problem.since.isoformat()}"
        message = storable(f"The workflow of this {what} does not go on: {problem.detail}")[:2000]
        tx.record(EventType.ERROR, key, task_id=of.task_id, message=message, workflow_problem=problem.kind)
    elif of.problem is not None:
        key = f"workflow:{of.workflow_id}:found:{of.problem.since.isoformat()}"
        status = of.status if of.task_id else ProjectStatus(rows[0].status)
        reason = f"the workflow of this {what} goes on again"
        tx.record(EventType.WORKFLOW_EVENT, key, task_id=of.task_id, status=status, reason=reason)
    return True


async def claim_restart(tx: Transaction, of: OpenWorkflow) -> bool:
    """Take it upon this unit of work, and no other, to start a workflow again; False where somebody else did, or where
    the project has ended."""
    rows = await run(
        tx.connection,
        _RAISE_TASK if of.task_id else _RAISE_PROJECT,
        project_id=of.project_id,
        task_id=of.task_id,
        generation=of.generation,
    )
    if not rows:
        return False
    status = of.status if of.task_id else ProjectStatus(rows[0].status)
    key = f"restarted:{of.workflow_id}:{of.generation + 1}"
    reason = f"the workflow of this {'task' if of.task_id else 'project'} is started again from its records"
    tx.record(EventType.WORKFLOW_EVENT, key, task_id=of.task_id, status=status, reason=reason)
    return True


async def cancel(tx: Transaction, of: OpenWorkflow, reason: str) -> None:
    """Write a project, or a handoff of its own, as cancelled, with its open tasks and requests."""
    if of.task_id is None:
        await projects.set_status(tx, ProjectStatus.CANCELLED, str(ProjectStatus.CANCELLED), reason)
    else:
        await cancel_handoff(tx, of.workflow_id)


async def cancel_handoff(tx: Transaction, workflow_id: str) -> None:
    """Write that whatever is open of a handoff of its own is cancelled."""
    await hitl.cancel_open(tx, HITL_REQUEST.c.workflow_id == workflow_id)
    await tasks.cancel_open(tx, TASK.c.workflow_id == workflow_id)


async def pending_requests(connection: AsyncConnection) -> dict[str, set[UUID]]:
    """The open requests, by the id of their workflow."""
    found: dict[str, set[UUID]] = {}
    for row in await run(connection, "SELECT workflow_id, id FROM hitl_request WHERE status = 'pending'"):
        found.setdefault(row.workflow_id, set()).add(row.id)
    return found
