"""The end of a step that a person has stopped. It is no failure, and what it has done so far is kept."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities import gate_question
from crew.protocol import StoppedError
from models.contracts.contract import storable
from models.contracts.enums import AgentStatus, HitlReason
from models.contracts.handoff import StepInput, StepResult
from models.contracts.stops import STOPPED
from store import hitl_opening, steps, stop_log, stops
from store.transaction import Store

SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=30)
"""The time until a stopped step looks again, which grows with the time that the stop has held: it occupies no slot
meanwhile, and continues this long after the release at most."""

ITS_GATE_ASKS = "Its review asks now."


async def until_released(store: Store, step: StepInput, stopped: StoppedError) -> ApplicationError | None:
    """Return the error with which the step waits in Temporal, and then continues the same task. None if the task has
    ended."""
    async with store.reading() as connection:
        if await steps.has_ended(connection, step):
            return None
        held_for = await stops.suspend(connection, stopped.stop.stop_id, step.task_id)
    return _stopped(storable(str(stopped)), min(max(held_for / 10, SHORTEST_PAUSE), LONGEST_PAUSE))


async def ask(store: Store, step: StepInput, stopped: StoppedError) -> StepResult | None:
    """Open the gate of a step that was stopped by itself. Return None if its task has ended.

    The gate decides from now on, so its stop is released.

    Raises:
        ApplicationError: a person has released it in the meantime, so that the step continues.
    """
    info, reason = activity.info(), storable(str(stopped))
    async with store.transaction(step.project_id) as tx:
        released = await stops.release(tx.connection, stopped.stop.stop_id, ITS_GATE_ASKS, stops.BOTARMY)
        if released is None:
            raise _stopped(reason, SHORTEST_PAUSE)
        stop_log.record(tx, released)
        started = await steps.start(tx, step, info.workflow_id or "", info.attempt)
        if not started.open:
            return None
        await steps.fail(tx, step, reason, AgentStatus.WAITING_FOR_HITL)
        question = gate_question.fill_question(gate_question.STOPPED_STEP, step, reason)
        request = await hitl_opening.open_request(
            tx, step, info.workflow_id or "", HitlReason.STOPPED, (), question, cause=reason
        )
    return StepResult(request=request)


def _stopped(reason: str, delay: timedelta) -> ApplicationError:
    return ApplicationError(reason, type=STOPPED, category=ApplicationErrorCategory.BENIGN, next_retry_delay=delay)
