"""Run one agent on one handoff, and record the result."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import stopped_step
from activities.assignment import as_it_begins, begin_first, build_assignment, with_first_context
from activities.outcome_check import check_outcome
from activities.permanent_errors import PERMANENT_ERRORS
from activities.running_step import RunningStep
from activities.step_metrics import MeasuredStep, measured_step
from activities.step_records import MAX_RETRY_DELAY, RETRY_DELAY, StepRecords, TaskEndedError
from activities.step_span import agent_span
from activities.stop_watch import StopWatch
from artifacts.errors import InvalidArtifactError
from config.postgres import explain
from crew.protocol import (
    AgentError,
    Crews,
    Outcome,
    StoppedError,
)
from crew.transcript import SupersededAttemptError
from models.contracts.budget import Budget
from models.contracts.contract import storable
from models.contracts.handoff import StepInput, StepResult
from models.contracts.roles import BUILT_IN_ROLES
from sandbox.errors import SandboxError, UnconfinedError
from store.database import DATABASE_ERRORS, UNSTORABLE
from store.first_attempts import Beginning
from store.live_texts import LiveTexts
from store.transaction import Store

log = structlog.get_logger(__name__)


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
        self._live_texts = LiveTexts(store.bus)
        self._crews = crews
        self._max_artifact_bytes = max_artifact_bytes
        self._daily_budget = Budget.model_validate(daily_budget)
        self._records = StepRecords(store, max_wait)

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
            return await self._records.as_recorded(step)
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
            beginning = await begin_first(self._store, step)
            if beginning is None:
                step = await as_it_begins(self._store, step)
            started = await self._records.start(step)
            as_first_started = await with_first_context(self._store, step, started.context_ids)
            if as_first_started is not step:  # another workflow has started the task, and what was read is of no use
                step, beginning = as_first_started, None
            try:
                running = RunningStep(self._store, step, started, self._daily_budget, self._live_texts)
                async with running.heartbeating():
                    outcome = await self._run(step, running, beginning)
                    return measured.finished(await self._records.finish(step, started, outcome, beginning))
            except AgentError as error:
                return measured.finished(await self._records.fail(step, started, error))
            except UNSTORABLE as error:
                why = f"PostgreSQL cannot store what it wrote: {explain(error)}"
                return measured.finished(await self._records.fail(step, started, AgentError(why, retryable=False)))
        except StoppedError as error:
            return measured.finished(await self._end_stopped(step, error))

    async def _run(self, step: StepInput, running: RunningStep, beginning: Beginning | None) -> Outcome:
        role = step.role or BUILT_IN_ROLES[step.handoff.to_agent]
        step = step.model_copy(update={"timeout": min(step.timeout, role.limits.working_time or step.timeout)})
        agent = await self._crews.agent(step.crew, role)
        assignment = await build_assignment(self._store, step, role, beginning)
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

    async def _end_stopped(self, step: StepInput, stopped: StoppedError) -> StepResult:
        if stopped.stop.target.task_id is not None:
            result = await stopped_step.ask(self._store, step, stopped)
            if result is not None:
                return result
        elif (waits := await stopped_step.until_released(self._store, step, stopped)) is not None:
            raise waits
        raise TaskEndedError
