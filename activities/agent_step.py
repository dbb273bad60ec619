"""Run one agent on one handoff, and record the result."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import NoReturn

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities import gate_question, stopped_step
from activities.assignment import build_assignment
from activities.outcome_check import check_outcome
from activities.permanent_errors import PERMANENT_ERRORS
from activities.running_step import RunningStep
from activities.step_metrics import MeasuredStep, measured_step
from activities.step_span import agent_span
from activities.stop_watch import StopWatch
from artifacts.errors import InvalidArtifactError
from config.postgres import explain
from crew.protocol import (
    AgentError,
    BudgetExhaustedError,
    Crews,
    Outcome,
    PermissionNeededError,
    StepPostponedError,
    StoppedError,
)
from crew.transcript import SupersededAttemptError
from models.contracts.budget import Budget
from models.contracts.contract import storable
from models.contracts.enums import HitlReason, ProjectStatus, TaskStatus, Verdict
from models.contracts.handoff import StepInput, StepResult
from models.contracts.names import ArtifactType, BuiltInArtifact
from models.contracts.pipeline import Pipeline
from models.contracts.redo import checking_stages
from models.contracts.roles import BUILT_IN_ROLES
from models.tables import TASK
from sandbox.errors import SandboxError, UnconfinedError
from store import artifacts, hitl, projects, steps, tasks
from store.database import DATABASE_ERRORS, UNSTORABLE
from store.transaction import ProjectUnknownError, Store, Transaction

log = structlog.get_logger(__name__)

RETRY_DELAY, MAX_RETRY_DELAY = timedelta(milliseconds=500), timedelta(seconds=5)
"""The first and the longest delay of a step that could not reach a server."""

MAX_NOTE = 1000
"""Characters of an agent's note or warning, which should be one line."""


class TaskEndedError(Exception):
    """The task was cancelled, or an earlier attempt has finished it: there is nothing to write."""


class AgentSteps:
    """The activity that runs an agent. A step runs at least once, and its result is written once.

    Args:
        daily_budget: what all calls of models may use in a day, as a budget is written.
        max_wait: how long a step waits for a provider that asks to wait, before it asks a person.
    """

    def __init__(
        self,
        store: Store,
        crews: Crews,
        max_artifact_bytes: int,
        daily_budget: str,
        max_wait: timedelta = timedelta(hours=1),
    ) -> None:
        self._store = store
        self._stops = StopWatch(store)
        self._crews = crews
        self._max_artifact_bytes = max_artifact_bytes
        self._daily_budget = Budget.model_validate(daily_budget)
        self._max_wait = max_wait

    @activity.defn
    async def run_agent_step(self, step: StepInput) -> StepResult:
        """Run the agent. Write its artifacts, its task, the gate's request and the events in one transaction.

        A failing agent is tried `step.attempts` times. Then a human is asked, and the result contains the request.
        Other failures (an unavailable database, a dead worker) are retried without counting, and so is a step that a
        person has stopped.

        Raises:
            ApplicationError: the agent failed, a server was unavailable or a stop holds, and the step is to be retried.
        """
        structlog.contextvars.bind_contextvars(
            project_id=str(step.project_id), task_id=str(step.task_id), workflow_id=activity.info().workflow_id
        )
        with measured_step() as measured:
            return await self._run_measured(step, measured)

    async def _run_measured(self, step: StepInput, measured: MeasuredStep) -> StepResult:
        try:
            return await self._attempt(step, measured)
        except TaskEndedError:
            return await self._result_as_recorded(step)
        except (ApplicationError, *PERMANENT_ERRORS, *UNSTORABLE):
            raise
        except Exception as error:
            # The retry policy has a short interval, for steps whose worker was killed. A server gets more time.
            delay = RETRY_DELAY * 2 ** min(activity.info().attempt - 1, 10)
            raise ApplicationError(
                storable(str(error)), type=type(error).__name__, next_retry_delay=min(delay, MAX_RETRY_DELAY)
            ) from error

    async def _attempt(self, step: StepInput, measured: MeasuredStep) -> StepResult:
        try:
            started = steps.Started(open=True)
            await self._stops.require_not_stopped(step)
            if not step.short:
                async with self._store.transaction(step.project_id) as tx:
                    started = await self._start(tx, step)
            try:
                running = RunningStep(self._store, step, started, self._daily_budget, self._stops)
                async with running.heartbeating():
                    outcome = await self._run(step, running)
                    return measured.finished(await self._finish(step, started, outcome))
            except AgentError as error:
                return measured.finished(await self._fail(step, started, error))
            except UNSTORABLE as error:
                why = f"PostgreSQL cannot store what it wrote: {explain(error)}"
                return measured.finished(await self._fail(step, started, AgentError(why, retryable=False)))
        except StoppedError as error:
            return await self._end_stopped(step, error)

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

    async def _run(self, step: StepInput, running: RunningStep) -> Outcome:
        role = step.role or BUILT_IN_ROLES[step.handoff.to_agent]
        step = step.model_copy(update={"timeout": min(step.timeout, role.limits.working_time or step.timeout)})
        agent = await self._crews.agent(step.crew, role)
        assignment = await build_assignment(self._store, step, role)
        try:
            with self._stops.watching(step), agent_span(step):
                async with running.working(step.timeout.total_seconds()) as limit:
                    outcome = await agent.run(assignment, running)
        except TimeoutError as error:
            # A timeout inside the agent is a failure like any other.
            reason = f"it took longer than {step.timeout}." if limit.expired() else f"TimeoutError: {error}"
            raise AgentError(reason) from error
        except asyncio.CancelledError:
            if activity.is_worker_shutdown():
                # Not a failure of the agent: another worker, or this one after its restart, runs the step at once.
                raise ApplicationError("the worker is stopping", type="WorkerStopping") from None
            raise
        except (
            AgentError,
            StoppedError,
            SupersededAttemptError,
            ApplicationError,
            *DATABASE_ERRORS,
            *PERMANENT_ERRORS,
        ):
            raise
        except (InvalidArtifactError, UnconfinedError) as error:
            raise AgentError(str(error), retryable=False) from error
        except SandboxError as error:
            raise AgentError(str(error)) from error
        except (Exception, SystemExit) as error:  # agents of another package may do anything
            log.exception("agent_raised")
            raise AgentError(f"{type(error).__name__}: {error}") from error
        await check_outcome(outcome, step.handoff.expected_outputs, self._max_artifact_bytes)
        return outcome

    async def _finish(self, step: StepInput, started: steps.Started, outcome: Outcome) -> StepResult:
        reason = gate_question.reason_to_ask(step, outcome)
        result = steps.TaskResult(
            verdict=outcome.verdict,
            confidence=outcome.confidence,
            usage=outcome.usage,
            note=storable(outcome.note)[:MAX_NOTE] if outcome.note else None,
        )
        async with self._store.transaction(step.project_id) as tx:
            if step.short:
                started = await self._start(tx, step)
            drafts = {draft.type: draft for draft in outcome.drafts}
            refs = await artifacts.add(
                tx,
                [
                    artifacts.NewVersion(
                        type=output,
                        body=drafts[output].content,
                        media_type=drafts[output].media_type,
                        author=step.handoff.to_agent,
                        origin_id=step.task_id,
                        name=_name(step, output),
                        task_id=step.task_id,
                        agent_type=step.handoff.to_agent,
                        accepted=reason is None and outcome.verdict != Verdict.FAILED,
                    )
                    for output in step.handoff.expected_outputs
                ],
            )
            if not await steps.finish(tx, step, started.number, result, refs, waits=reason is not None):
                await self._refuse(tx, step, started)
            request = None
            if reason is not None:
                asked = gate_question.fill_question(gate_question.question_of(step, reason), step)
                if outcome.warning:
                    asked = f"{asked} {storable(outcome.warning)[:MAX_NOTE]}"
                request = await hitl.open_request(tx, step, activity.info().workflow_id or "", reason, refs, asked)
        return StepResult(artifacts=refs, verdict=outcome.verdict, request=request)

    async def _fail(self, step: StepInput, started: steps.Started, error: AgentError) -> StepResult:
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
                request = await hitl.open_request(
                    tx, step, activity.info().workflow_id or "", why, (), question, shortage, call
                )
        if last:
            return StepResult(request=request)
        raise _try_again(reason, error.retry_after or timedelta(seconds=min(2 ** (failures - 1), 60)))

    async def _end_stopped(self, step: StepInput, stopped: StoppedError) -> StepResult:
        if stopped.stop.target.task_id is not None:
            result = await stopped_step.ask(self._store, step, stopped)
            if result is not None:
                return result
        elif (waits := await stopped_step.until_released(self._store, step, stopped)) is not None:
            raise waits
        raise TaskEndedError

    async def _checked_by(self, tx: Transaction, step: StepInput) -> tuple[str, ...]:
        """Return the stages that wrote what the stage's earlier result was checked by, if the work was sent back."""
        if not step.reopens:
            return ()
        project = await projects.get(tx.connection, step.project_id)
        assert project is not None
        given = await artifacts.get_many(tx.connection, step.handoff.context_ids, origin_id=step.task_id)
        inputs = [artifact.type for artifact in given]
        return checking_stages(Pipeline.model_validate(project.pipeline), step.handoff.phase, inputs)

    async def _result_as_recorded(self, step: StepInput) -> StepResult:
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
            request = await hitl.get_as_opened(connection, step.request_id)
            return StepResult(
                artifacts=await artifacts.written_by(connection, step.task_id),
                verdict=Verdict(task.verdict) if task and task.verdict else None,
                request=request,
            )


def _try_again(reason: str, delay: timedelta | None) -> ApplicationError:
    return ApplicationError(
        storable(reason),
        type="AgentError",
        category=ApplicationErrorCategory.BENIGN,
        next_retry_delay=delay or RETRY_DELAY,
    )


def _name(step: StepInput, type: ArtifactType) -> str:
    # The output of a standalone handoff is not a version of any other artifact.
    return f"{type}-{step.task_id}" if type == BuiltInArtifact.AGENT_OUTPUT else str(type)
