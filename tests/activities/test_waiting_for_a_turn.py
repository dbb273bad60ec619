"""A step that waits for its turn to call a model: what counts as its time, and what happens if it takes very long."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.agent_step import AgentSteps
from activities.running_step import IDLE_MARGIN
from crew.protocol import Assignment, Outcome, Step
from models.contracts.handoff import StepInput, StepResult
from store import tasks
from store.transaction import Store
from tests.activities.first_step import a_step
from tests.workflows.crew_under_test import Script, Turn, works


async def run(store: Store, script: Script, step: StepInput, may_wait: float, *, stopping: bool = False) -> StepResult:
    """Run an attempt that may wait for some seconds."""
    environment = ActivityEnvironment()
    timeout = step.timeout + timedelta(seconds=IDLE_MARGIN + may_wait)
    environment.info = replace(environment.info, start_to_close_timeout=timeout)
    if stopping:
        environment.worker_shutdown()
    steps = AgentSteps(store, script.crew(), 1_000_000, "5usd")
    result: StepResult = await environment.run(steps.run_agent_step, step)
    return result


def waiting(*seconds: float) -> Script:
    """A crew whose agent waits and then works, once for each of these."""

    def turn(seconds: float) -> Turn:
        async def wait_and_work(assignment: Assignment, step: Step) -> Outcome:
            for _ in range(10):
                await step.idle(seconds / 10)
            return await works(assignment, step)

        return wait_and_work

    script = Script()
    script.on("plan", *map(turn, seconds))
    return script


async def test_a_wait_is_no_working_time(store: Store) -> None:
    step = await a_step(store, timeout=timedelta(seconds=0.5))
    assert (await run(store, waiting(1.0), step, may_wait=60)).artifacts


async def test_a_step_that_works_too_long_after_a_wait_fails(store: Store) -> None:
    async def wait_and_hang(assignment: Assignment, step: Step) -> Outcome:
        await step.idle(0.1)
        await asyncio.sleep(60)
        return await works(assignment, step)

    script = Script()
    script.on("plan", wait_and_hang)
    step = await a_step(store, timeout=timedelta(seconds=0.5))
    with pytest.raises(ApplicationError, match="it took longer than"):
        await run(store, script, step, may_wait=60)


async def test_a_wait_beyond_temporals_own_timeout_goes_on_in_the_next_attempt_and_none_counts(store: Store) -> None:
    script, step = waiting(0.5, 0.01), await a_step(store, attempts=1)
    with pytest.raises(ApplicationError, match="it waits for its turn") as postponed:
        await run(store, script, step, may_wait=0.2)
    assert postponed.value.next_retry_delay == timedelta(seconds=1)
    assert not postponed.value.non_retryable
    async with store.reading() as connection:
        task = await tasks.get(connection, step.task_id)
    assert task is not None
    assert (task.status, task.failures, task.waiting_since) == ("working", 0, None)
    assert (await run(store, script, step, may_wait=0.2)).artifacts


async def test_a_step_that_waits_ends_at_once_when_its_worker_stops(store: Store) -> None:
    step = await a_step(store)
    with pytest.raises(ApplicationError) as ended:
        await run(store, waiting(60.0), step, may_wait=60, stopping=True)
    assert ended.value.type == "WorkerStopping"
