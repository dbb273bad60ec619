"""The records of a step: its start, and its end as a result, as a failure, or as one of the two that is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities import gate_question
from crew.protocol import AgentError, BudgetExhaustedError, Outcome, PermissionNeededError, StepPostponedError
from crew.transcript import SupersededAttemptError
from models.contracts.contract import storable
from models.contracts.enums import HitlReason, ProjectStatus, TaskStatus, Verdict
from models.contracts.handoff import StepInput, StepResult
from models.contracts.names import ArtifactType, BuiltInArtifact
from models.contracts.pipeline import Pipeline
from models.contracts.redo import checking_stages
from models.tables import TASK
from store import artifacts, first_attempts, hitl_opening, projects, steps, tasks
from store.first_attempts import Beginning
from store.transaction import ProjectUnknownError, Store, Transaction

log = structlog.get_logger(__name__)

RETRY_DELAY, MAX_RETRY_DELAY = timedelta(milliseconds=500), timedelta(seconds=5)
"""The first and the longest delay of a step that could not reach a server."""

MAX_NOTE = 1000
"""Characters of an agent's note or warning, which should be one line."""


class TaskEndedError(Exception):
    """The task was cancelled, or an earlier attempt has finished it: there is nothing to write."""


class StepRecords:
    """Records steps, each end in one transaction: artifacts, task, the gate's request and events.

    Args:
        max_wait: how long a step waits for a provider that asks to wait, before it asks a person.
    """

    def __init__(self, store: Store, max_wait: timedelta) -> None:
        self._store = store
        self._max_wait = max_wait

    async def start(self, step: StepInput) -> steps.Started:
        """Record that an attempt begins. A short step has no record before its end.

        Raises:
            TaskEndedError: the task has ended.
        """
        if step.short:
            return steps.Started(open=True)
        async with self._store.transaction(step.project_id) as tx:
            return await self._start(tx, step)

    async def finish(
        self, step: StepInput, started: steps.Started, outcome: Outcome, beginning: Beginning | None = None
    ) -> StepResult:
        """Record the result of a step. It has a request if a gate asks.

        Raises:
            SupersededAttemptError, TaskEndedError: this attempt may not write it.
        """
        reason = gate_question.reason_to_ask(step, outcome)
        result = steps.TaskResult(
            verdict=outcome.verdict,
            confidence=outcome.confidence,
            usage=outcome.usage,
            note=storable(outcome.note)[:MAX_NOTE] if outcome.note else None,
        )
        versions = _versions(step, outcome, accepted=reason is None and outcome.verdict != Verdict.FAILED)
        workflow_id = activity.info().workflow_id or ""
        if beginning is not None and reason is None:
            written = await first_attempts.end(
                self._store, step, beginning, started.number, workflow_id, result, versions
            )
            if written is not None:
                return StepResult(artifacts=written, verdict=outcome.verdict)
        async with self._store.transaction(step.project_id) as tx:
            if step.short:
                started = await self._start(tx, step)
            refs = await artifacts.add(tx, versions)
            if not await steps.finish(tx, step, started.number, result, refs, waits=reason is not None):
                await self._refuse(tx, step, started)
            request = None
            if reason is not None:
                asked = gate_question.fill_question(gate_question.question_of(step, reason), step)
                if outcome.warning:
                    asked = f"{asked} {storable(outcome.warning)[:MAX_NOTE]}"
                request = await hitl_opening.open_request(
                    tx,
                    step,
                    workflow_id,
                    reason,
                    refs,
                    asked,
                    verdict=outcome.verdict,
                    confidence=outcome.confidence,
                )
        return StepResult(artifacts=refs, verdict=outcome.verdict, request=request)

    async def fail(self, step: StepInput, started: steps.Started, error: AgentError) -> StepResult:
        """Record that an attempt failed. The last one asks a person.

        Raises:
            ApplicationError: the step is to be tried again.
            SupersededAttemptError, TaskEndedError: this attempt may not write it.
        """
        if isinstance(error, StepPostponedError):  # its turn comes, however long the queue is
            raise _try_again(str(error), error.retry_after)
        if not error.counts:
            async with self._store.reading() as connection:
                waited = await steps.wait(connection, step.task_id, started.number)
            if waited < self._max_wait:
                raise _try_again(str(error), error.retry_after)
            still = f"It still was after {max(1, round(waited / timedelta(minutes=1)))} min: try again later."
            error = AgentError(f"{error} {still}", retryable=False)
        async with self._store.transaction(step.project_id) as tx:
            if step.short:
                started = await self._start(tx, step)
            reason = storable(str(error))
            failures = await steps.count_failure(tx, step, started.number, reason)
            if failures is None:
                await self._refuse(tx, step, started)
            last = failures >= step.attempts or not error.retryable
            log.warning("step_failed", stage=step.handoff.phase, failures=failures, last=last, reason=reason)
            request = None
            if last:
                await steps.fail(tx, step, reason)
                shortage = error.shortage if isinstance(error, BudgetExhaustedError) else None
                call = error.call if isinstance(error, PermissionNeededError) else None
                checks = await self._checked_by(tx, step)
                question = gate_question.ask_about_failure(step, reason, checks, shortage, call)
                why = (call and HitlReason.TOOL_CALL) or (shortage and HitlReason.BUDGET) or HitlReason.FAILED_STEP
                request = await hitl_opening.open_request(
                    tx, step, activity.info().workflow_id or "", why, (), question, shortage, call, reason
                )
        if last:
            return StepResult(request=request)
        raise _try_again(reason, error.retry_after or timedelta(seconds=min(2 ** (failures - 1), 60)))

    async def as_recorded(self, step: StepInput) -> StepResult:
        """Return what an earlier attempt of this task recorded.

        A task that was submitted as its project ended may not start any more. It is recorded as cancelled.
        """
        async with self._store.reading() as connection:
            task = await tasks.get(connection, step.task_id)
            project = await projects.get(connection, step.project_id)
        if project is None:
            raise ProjectUnknownError(f"project {step.project_id} does not exist")
        if task is None and not ProjectStatus(project.status).is_final:
            # The database was restored from before this task. It was not cancelled, so it runs again.
            raise ApplicationError(
                "the database does not have this task", type="RecordsMissing", next_retry_delay=MAX_RETRY_DELAY
            )
        if task is not None and task.status == TaskStatus.PENDING:
            async with self._store.transaction(step.project_id) as tx:
                await tasks.cancel_open(tx, TASK.c.id == step.task_id)
        async with self._store.reading() as connection:
            request = await hitl_opening.get_as_opened(connection, step.request_id)
            return StepResult(
                artifacts=await artifacts.written_by(connection, step.task_id),
                verdict=Verdict(task.verdict) if task and task.verdict else None,
                request=request,
            )

    async def _refuse(self, tx: Transaction, step: StepInput, started: steps.Started) -> NoReturn:
        """Raise why this attempt may not write its result."""
        task = await tasks.get(tx.connection, step.task_id)
        if task is not None and task.starts != started.number:
            raise SupersededAttemptError(step.task_id)
        raise TaskEndedError

    async def _start(self, tx: Transaction, step: StepInput) -> steps.Started:
        info = activity.info()
        started = await steps.start(tx, step, info.workflow_id or "", info.attempt)
        if not started.open:
            raise TaskEndedError
        return started

    async def _checked_by(self, tx: Transaction, step: StepInput) -> tuple[str, ...]:
        """Return the stages that wrote what the stage's earlier result was checked by, if the work was sent back."""
        if not step.reopens:
            return ()
        project = await projects.get(tx.connection, step.project_id)
        assert project is not None
        given = await artifacts.get_many(tx.connection, step.handoff.context_ids, origin_id=step.task_id)
        inputs = [artifact.type for artifact in given]
        return checking_stages(Pipeline.model_validate(project.pipeline), step.handoff.phase, inputs)


def _try_again(reason: str, delay: timedelta | None) -> ApplicationError:
    return ApplicationError(
        storable(reason),
        type="AgentError",
        category=ApplicationErrorCategory.BENIGN,
        next_retry_delay=delay or RETRY_DELAY,
    )


def _versions(step: StepInput, outcome: Outcome, *, accepted: bool) -> list[artifacts.NewVersion]:
    drafts = {draft.type: draft for draft in outcome.drafts}
    return [
        artifacts.NewVersion(
            type=output,
            body=drafts[output].content,
            media_type=drafts[output].media_type,
            author=step.handoff.to_agent,
            origin_id=step.task_id,
            name=_name(step, output),
            task_id=step.task_id,
            agent_type=step.handoff.to_agent,
            accepted=accepted,
        )
        for output in step.handoff.expected_outputs
    ]


def _name(step: StepInput, type: ArtifactType) -> str:
    # The output of a standalone handoff is not a version of any other artifact.
    return f"{type}-{step.task_id}" if type == BuiltInArtifact.AGENT_OUTPUT else str(type)
