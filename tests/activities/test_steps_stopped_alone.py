"""A step that a person stops by itself: its gate asks, and decides whether it continues."""

from __future__ import annotations

import asyncio

from crew.protocol import Assignment, Outcome, Step
from models.contracts.enums import EventType, HitlReason
from models.contracts.stops import StopTarget
from store import events, hitl, stops
from store.transaction import Store
from telemetry.metrics import STEP_SECONDS
from tests.activities.first_step import Run, a_step
from tests.activities.stops_under_test import release, stop
from tests.activities.test_stopped_steps import is_stopped, nothing_stays_stopped, task_of  # noqa: F401
from tests.telemetry.test_outcomes import counted, counts
from tests.workflows.crew_under_test import Held, Script, works


async def test_a_stop_of_one_step_opens_its_gate_which_continues_the_same_task(
    store: Store, run: Run, script: Script
) -> None:
    held, step = Held(), await a_step(store)
    script.on("plan", held, works)
    before = counts(STEP_SECONDS)
    running = asyncio.ensure_future(run(step))
    await held.begun.wait()
    stopped = await stop(store, StopTarget(project_id=step.project_id, task_id=step.task_id), "Wrong library.")
    result = await running
    assert counted(STEP_SECONDS, before) == [("failed",)]
    request = result.request
    assert request is not None
    assert (request.reason, request.may_continue, request.may_redo, request.artifacts) == (
        HitlReason.STOPPED,
        True,
        True,
        (),
    )
    async with store.reading() as connection:
        asked = await hitl.get(connection, request.request_id)
        released = await stops.get(connection, stopped.id)
        log = await events.since(connection, step.project_id, 0)
    assert asked is not None
    assert asked.question == (
        "Analyst has not completed plan. It was stopped by Ada: Wrong library. You can try again, try again with "
        "advice, or end the work here."
    )
    assert released is not None
    assert (released.released_by, released.release_reason) == ("BotArmy", "Its review asks now.")
    changes = [event.data for event in log if event.event_type is EventType.STOP_CHANGE]
    assert [(one["stopped"], one["by"]) for one in changes] == [(True, "Ada"), (False, "BotArmy")]
    task = await task_of(store, step)
    assert task is not None
    assert (task.status, task.failures) == ("failed", 0)
    again = await run(step)  # the worker died before Temporal knew the result
    assert again.request == request
    continued = await run(step.model_copy(update={"continued": 1, "request_id": step.task_id}))
    assert continued.artifacts
    assert script.assignments["plan"][1].continued == 1


async def test_a_stop_of_one_step_opens_its_gate_also_if_an_earlier_stop_holds_everything(
    store: Store, run: Run, script: Script
) -> None:
    held, step = Held(), await a_step(store)
    script.on("plan", held)
    running = asyncio.create_task(is_stopped(run, step))
    await held.begun.wait()
    await stop(store)
    await running
    await stop(store, StopTarget(project_id=step.project_id, task_id=step.task_id), "Wrong library.")
    result = await run(step)
    assert result.request is not None
    assert result.request.reason is HitlReason.STOPPED
    assert len(script.assignments["plan"]) == 1


async def test_a_stop_of_one_step_that_is_released_before_its_gate_opens_lets_it_continue(
    store: Store, run: Run, script: Script
) -> None:
    held, step = Held(), await a_step(store)
    ended = asyncio.Event()

    async def ends_slowly(assignment: Assignment, running: Step) -> Outcome:
        try:
            return await held(assignment, running)
        finally:
            await ended.wait()

    script.on("plan", ends_slowly, works)
    running = asyncio.create_task(is_stopped(run, step))
    await held.begun.wait()
    stopped = await stop(store, StopTarget(project_id=step.project_id, task_id=step.task_id))
    await held.cancelled.wait()
    await release(store, stopped.id)
    ended.set()
    await running
    result = await run(step)
    assert result.request is not None
    assert result.request.reason is HitlReason.REVIEW


async def test_a_stop_of_a_step_that_has_ended_is_released(store: Store, run: Run) -> None:
    step = await a_step(store)
    await run(step)
    stopped = await stop(store, StopTarget(project_id=step.project_id, task_id=step.task_id))
    async with store.database.writing() as connection:
        assert await stops.release_ended(connection) == 1
    async with store.reading() as connection:
        released = await stops.get(connection, stopped.id)
    assert released is not None
    assert (released.released_by, released.release_reason) == ("BotArmy", "What it stopped has ended.")
