"""Tasks: the executions of agents. `store/steps.py` writes what their steps do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, exists, func, insert, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import OPEN_TASK_STATUSES, AgentStatus, TaskStatus
from models.contracts.event_data import TaskCancelled
from models.contracts.handoff import Handoff
from models.contracts.names import REHEARSAL, AgentType
from models.contracts.pipeline import Pipeline
from models.contracts.workflow_state import HandoffInput
from models.tables import PROJECT, TASK, Task
from store import transcripts
from store.rows import columns, fetch_all, fetch_one
from store.statement import as_text, run
from store.transaction import Transaction

_LARGE = {"handoff", "feedback", "checkpoint"}

_OUTLINE: LiteralString = """
SELECT {columns}, COALESCE(task.usage, {so_far}) AS usage FROM task
WHERE project_id = %(project_id)s ORDER BY created_at, id
""".replace("{columns}", columns(Task, without=_LARGE | {"usage"})).replace(
    "{so_far}", as_text(transcripts.usage_so_far(literal_column("task.id", Uuid)))
)

_END_WAIT: LiteralString = """
UPDATE task SET status = CASE status WHEN 'waiting_for_hitl' THEN 'completed' ELSE status END,
                accepted = accepted OR %(accepted)s, updated_at = clock_timestamp()
WHERE id = %(id)s
RETURNING continued
"""

_GET: LiteralString = "SELECT {columns} FROM task WHERE id = %(id)s".replace("{columns}", columns(Task))

_WORKING: LiteralString = """
SELECT project_id, id, agent_type, stage, round, created_at FROM task
WHERE project_id = ANY(%(ids)s) AND status = 'working'
ORDER BY created_at, id
"""


async def submit(
    tx: Transaction, task_id: UUID, workflow_id: str, handoff: Handoff, traceparent: str | None = None
) -> None:
    """Write the task of a standalone handoff whose workflow has not started. `traceparent` is its request's span."""
    now = func.clock_timestamp()
    await tx.connection.execute(
        insert(TASK).values(
            id=task_id,
            project_id=tx.project_id,
            workflow_id=workflow_id,
            agent_type=handoff.to_agent,
            stage=handoff.phase,
            round=1,
            status=TaskStatus.PENDING,
            accepted=False,
            attempt=0,
            failures=0,
            handoff=handoff.model_dump(mode="json"),
            traceparent=traceparent,
            created_at=now,
            updated_at=now,
        )
    )


async def end_wait(tx: Transaction, task_id: UUID, agent_type: AgentType, *, accepted: bool) -> None:
    """Record that the task no longer waits for a human. A failed task stays failed."""
    rows = await run(tx.connection, _END_WAIT, id=task_id, accepted=accepted)
    again = f":{rows[0].continued}" if rows and rows[0].continued else ""
    tx.set_agent_status(agent_type, AgentStatus.IDLE, task_id, f"{task_id}:settled{again}")


async def cancel_open(tx: Transaction, *conditions: ColumnElement[bool]) -> list[str]:
    """Cancel the project's open tasks, or those that match the conditions. Return their stages."""
    cancelled = await tx.connection.execute(
        update(TASK)
        .where(TASK.c.project_id == tx.project_id, TASK.c.status.in_(OPEN_TASK_STATUSES), *conditions)
        .values(status=TaskStatus.CANCELLED, updated_at=func.clock_timestamp())
        .returning(TASK.c.id, TASK.c.agent_type, TASK.c.stage, TASK.c.round)
    )
    rows = sorted(cancelled, key=lambda row: row.id)
    for row in rows:
        tx.record(
            TaskCancelled(stage=row.stage, round=row.round),
            key=f"task:{row.id}:cancelled",
            task_id=row.id,
            agent_type=row.agent_type,
        )
    return [row.stage for row in rows]


async def get(connection: AsyncConnection, task_id: UUID) -> Task | None:
    """Return one task, or None."""
    return await fetch_one(connection, Task, _GET, id=task_id)


async def of_project(connection: AsyncConnection, project_id: UUID) -> list[Task]:
    """Return a project's tasks, oldest first."""
    query = select(TASK).where(TASK.c.project_id == project_id).order_by(TASK.c.created_at, TASK.c.id)
    return await fetch_all(connection, Task, query)


async def outline(connection: AsyncConnection, project_id: UUID) -> list[Any]:
    """Return a project's tasks, oldest first, without their large columns. A row has the field names of a Task, and the
    `usage` of a task that has not completed is what it has used so far.

    With 500 tasks this takes a tenth of the time of `of_project`.
    """
    return await run(connection, _OUTLINE, project_id=project_id)


async def working(connection: AsyncConnection, project_ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    """Return the running tasks of each of these projects that has any, oldest first: id, agent_type, stage, round and
    created_at."""
    if not project_ids:
        return {}
    found: dict[UUID, list[Any]] = {}
    for row in await run(connection, _WORKING, ids=list(project_ids)):
        found.setdefault(row.project_id, []).append(row)
    return found


async def any_working(connection: AsyncConnection) -> bool:
    """Return whether any step is running."""
    return bool(await connection.scalar(select(exists().where(TASK.c.status == TaskStatus.WORKING))))


async def unstarted(
    connection: AsyncConnection, older_than: timedelta, known: Collection[UUID] = (), limit: int = 100
) -> Sequence[UUID]:
    """Return the ids of submitted tasks that should have a workflow but may not have one, as for projects."""
    query = (
        select(TASK.c.id)
        .where(
            TASK.c.status == TaskStatus.PENDING,
            TASK.c.created_at < func.clock_timestamp() - older_than,
            TASK.c.id.not_in(known),
        )
        .order_by(func.random())
        .limit(limit)
    )
    return (await connection.scalars(query)).all()


async def input_of(connection: AsyncConnection, task: Task) -> HandoffInput:
    """Return the input of a submitted task's workflow."""
    columns = (PROJECT.c.name, PROJECT.c.oversight, PROJECT.c.pipeline, PROJECT.c.crew, PROJECT.c.model)
    project = (await connection.execute(select(*columns).where(PROJECT.c.id == task.project_id))).one()
    role = Pipeline.model_validate(project.pipeline).declared_role(task.agent_type)
    return HandoffInput(
        project_id=task.project_id,
        task_id=task.id,
        name=project.name,
        handoff=Handoff.model_validate(task.handoff),
        oversight=project.oversight,
        generation=task.generation,
        crew=project.crew or REHEARSAL,
        model=(role.model if role else None) or project.model,
        role=role,
    )
