"""What the step of a task writes, from its start to its result: once, however many times its activity runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.contract import storable
from models.contracts.enums import STARTABLE_TASK_STATUSES, AgentStatus, TaskStatus, Verdict
from models.contracts.event_data import TaskCompleted, TaskFailed, TaskStarted, WrittenArtifact
from models.contracts.handoff import ArtifactRef, StepInput
from models.contracts.usage import Usage
from models.tables import HITL_REQUEST, TASK
from store import hitl, tasks
from store.statement import run, with_statuses
from store.transaction import Changes, Transaction

_START: LiteralString = with_statuses("""
INSERT INTO task (id, project_id, workflow_id, agent_type, stage, round, status, accepted, continued, starts, attempt,
                  failures, handoff, feedback, created_at, updated_at)
SELECT %(id)s, %(project_id)s, %(workflow_id)s, %(agent_type)s, %(stage)s, %(round)s, 'working', false, %(continued)s,
       1, %(attempt)s, 0, %(handoff)s::jsonb, %(feedback)s, clock_timestamp(), clock_timestamp()
FROM project WHERE project.id = %(project_id)s AND project.status NOT IN {halted_project_statuses}
ON CONFLICT (id) DO UPDATE
SET status = 'working', attempt = excluded.attempt, updated_at = clock_timestamp(), continued = excluded.continued,
    starts = task.starts + 1,
    failures = CASE WHEN task.continued < excluded.continued THEN 0 ELSE task.failures END,
    waiting_since = CASE WHEN task.continued < excluded.continued THEN NULL ELSE task.waiting_since END
WHERE (task.status IN {startable_task_statuses} AND task.continued <= excluded.continued)
   OR (task.status = 'failed' AND task.continued < excluded.continued)
RETURNING checkpoint, standalone_task_id, starts, handoff -> 'context_ids' AS context_ids
""")

FINISH: LiteralString = """
UPDATE task SET status = %(task_status)s, accepted = %(task_accepted)s, verdict = %(verdict)s,
                confidence = %(confidence)s, usage = %(usage)s, updated_at = clock_timestamp()
WHERE id = %(task_id)s AND status = 'working' AND starts = %(start)s
RETURNING id
"""
"""Writes the result of a start of a task, unless the task was cancelled or has started again."""


# A call that got through since, whatever it returned, ends the wait.
_WAIT: LiteralString = """
UPDATE task SET updated_at = clock_timestamp(), waiting_since = CASE
    WHEN waiting_since > coalesce((SELECT max(created_at) FROM transcript WHERE task_id = task.id), '-infinity')
    THEN waiting_since ELSE clock_timestamp() END
WHERE id = %(id)s AND status = 'working' AND starts = %(start)s
RETURNING clock_timestamp() - waiting_since AS waited
"""

_SAVE: LiteralString = (
    "UPDATE task SET checkpoint = %(checkpoint)s WHERE id = %(id)s AND starts = %(start)s RETURNING id"
)


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What is kept of an agent's outcome in addition to the artifacts. `note` is only in the event."""

    verdict: Verdict | None = None
    confidence: float | None = None
    usage: Usage | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """Whether this attempt may run, the checkpoint that an earlier attempt saved, and the number of this start, which
    its writes state: those of an earlier start are refused. `context_ids` are the artifacts that the task was first
    started with, if it has a record."""

    open: bool
    checkpoint: dict[str, Any] | None = None
    number: int = 0
    context_ids: tuple[UUID, ...] | None = None


async def start(tx: Transaction, step: StepInput, workflow_id: str, attempt: int) -> Started:
    """Record that an agent is working. A task that has ended does not start again, nor does any in a project that was
    rejected, failed or cancelled."""
    handoff = step.handoff
    rows = await run(
        tx.connection,
        _START,
        id=step.task_id,
        project_id=step.project_id,
        workflow_id=workflow_id,
        agent_type=handoff.to_agent,
        stage=handoff.phase,
        round=step.round,
        continued=step.continued,
        attempt=attempt,
        handoff=handoff.model_dump_json(),
        feedback=step.feedback,
    )
    if not rows:
        return Started(open=False)
    if step.reopens:
        reopened = (TASK.c.project_id == tx.project_id, TASK.c.stage.in_(step.reopens), TASK.c.id != step.task_id)
        await tx.connection.execute(update(TASK).where(*reopened).values(accepted=False))
        await hitl.cancel_open(tx, HITL_REQUEST.c.stage.in_(step.reopens))
        await tasks.cancel_open(tx, *reopened)
    record_start(tx, step, is_standalone=rows[0].standalone_task_id is not None)
    given = tuple(map(UUID, rows[0].context_ids or ()))
    return Started(open=True, checkpoint=rows[0].checkpoint, number=rows[0].starts, context_ids=given)


def record_start(changes: Changes, step: StepInput, *, is_standalone: bool = False) -> None:
    """Record the events of a start."""
    handoff = step.handoff
    started = TaskStarted(stage=handoff.phase, round=step.round, from_agent=handoff.from_agent, feedback=step.feedback)
    if step.continued:
        started = TaskStarted(**started.recorded(), continued=step.continued)
    changes.record(
        started,
        key=f"task:{_execution(step)}:started",
        task_id=step.task_id,
        agent_type=handoff.to_agent,
    )
    changes.set_agent_status(handoff.to_agent, AgentStatus.WORKING, step.task_id, _execution(step))
    if not is_standalone:  # a standalone handoff is not a phase of the project
        changes.update_project(phase=handoff.phase)


async def has_ended(connection: AsyncConnection, step: StepInput) -> bool:
    """Return whether an earlier attempt has ended the task, so that it would not start again."""
    task = await tasks.get(connection, step.task_id)
    if task is None or task.status in STARTABLE_TASK_STATUSES:
        return False
    return not (task.status == TaskStatus.FAILED and task.continued < step.continued)


def _execution(step: StepInput) -> str:
    """Return a name for this execution of a task in the keys of its events: a task that is resumed is started again."""
    return f"{step.task_id}:{step.continued}" if step.continued else str(step.task_id)


async def finish(
    tx: Transaction, step: StepInput, start: int, result: TaskResult, artifacts: tuple[ArtifactRef, ...], *, waits: bool
) -> bool:
    """Record the result of an agent. Return False, and write nothing, if the task was cancelled meanwhile or has
    started again.

    `waits` says that a gate asks a human now; otherwise the stage is accepted, unless its verdict is a failure.
    """
    ended = await run(tx.connection, FINISH, task_id=step.task_id, start=start, **values_of(result, waits=waits))
    if not ended:
        return False
    record_result(tx, step, result, artifacts, waits=waits)
    return True


def values_of(result: TaskResult, *, waits: bool) -> dict[str, Any]:
    """Return a result as the parameters of its task."""
    return {
        "task_status": TaskStatus.WAITING_FOR_HITL if waits else TaskStatus.COMPLETED,
        "task_accepted": not waits and result.verdict != Verdict.FAILED,
        "verdict": result.verdict,
        "confidence": result.confidence,
        "usage": Jsonb(result.usage.model_dump(exclude_unset=True)) if result.usage else None,
    }


def record_result(
    changes: Changes, step: StepInput, result: TaskResult, artifacts: tuple[ArtifactRef, ...], *, waits: bool
) -> None:
    """Record the events of a result."""
    agent = step.handoff.to_agent
    written = (WrittenArtifact(**one.model_dump(exclude={"content_hash"})) for one in artifacts)
    changes.record(
        TaskCompleted(
            stage=step.handoff.phase,
            round=step.round,
            verdict=result.verdict,
            confidence=result.confidence,
            usage=result.usage,
            note=result.note,
            artifacts=tuple(written),
        ),
        key=f"task:{step.task_id}:completed",
        task_id=step.task_id,
        agent_type=agent,
    )
    status = AgentStatus.WAITING_FOR_HITL if waits else AgentStatus.IDLE
    changes.set_agent_status(agent, status, step.task_id, _execution(step))


async def count_failure(tx: Transaction, step: StepInput, start: int, error: str) -> int | None:
    """Record another failure of the agent. Return how many there are, or None, and write nothing, if the task has ended
    or has started again."""
    failures: int | None = await tx.connection.scalar(
        update(TASK)
        .where(TASK.c.id == step.task_id, TASK.c.status == TaskStatus.WORKING, TASK.c.starts == start)
        .values(failures=TASK.c.failures + 1, error=storable(error), updated_at=func.clock_timestamp())
        .returning(TASK.c.failures)
    )
    return failures


async def fail(tx: Transaction, step: StepInput, error: str, status: AgentStatus = AgentStatus.ERROR) -> None:
    """Record that the task ends without a result, after `start` or `count_failure` in the same transaction. `status` is
    the agent's."""
    await tx.connection.execute(
        update(TASK)
        .where(TASK.c.id == step.task_id)
        .values(status=TaskStatus.FAILED, error=storable(error), updated_at=func.clock_timestamp())
    )
    agent = step.handoff.to_agent
    tx.record(
        TaskFailed(stage=step.handoff.phase, round=step.round, error=error),
        key=f"task:{_execution(step)}:failed",
        task_id=step.task_id,
        agent_type=agent,
    )
    tx.set_agent_status(agent, status, step.task_id, _execution(step))


async def wait(connection: AsyncConnection, task_id: UUID, start: int) -> timedelta:
    """Record that a provider asks the step to wait. Return how long it has waited without a call that got through; zero
    if the task has started again."""
    rows = await run(connection, _WAIT, id=task_id, start=start)
    return rows[0].waited if rows else timedelta()


async def save_checkpoint(connection: AsyncConnection, task_id: UUID, start: int, checkpoint: dict[str, Any]) -> bool:
    """Save the checkpoint for the next attempt of a task. Return False, and write nothing, if it has started again."""
    return bool(await run(connection, _SAVE, id=task_id, start=start, checkpoint=Jsonb(checkpoint)))
