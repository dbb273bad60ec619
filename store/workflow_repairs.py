"""What is written about an open workflow that does not continue: its problem, its restart, its end."""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.contract import storable
from models.contracts.enums import ProjectStatus
from models.contracts.event_data import ErrorEvent, WorkflowEvent
from models.contracts.recovery import WorkflowProblem
from models.tables import HITL_REQUEST, TASK
from store import hitl, projects, tasks
from store.open_workflows import OpenWorkflow
from store.statement import run, with_statuses
from store.transaction import Transaction

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
