"""An agent step runs at least once, and its result is written once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.agent_step import AgentSteps
from config.settings import Settings
from crew.protocol import AgentError, Assignment, Outcome, Step
from models.contracts.enums import EventType, HitlReason, ProjectStatus, Verdict
from models.contracts.handoff import StepResult
from models.contracts.pipeline import NO_GATE, Gate
from models.contracts.roles import Role, RoleLimits
from store import artifacts, events, hitl, projects, tasks
from store.transaction import Store
from tests.activities.first_step import Run, a_step, written
from tests.workflows.crew_under_test import Script, fails_its_verdict, raises, works


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("turn", [works, fails_its_verdict, raises(AgentError("no", retryable=False))])
@pytest.mark.parametrize("gate", [Gate(), NO_GATE])
async def test_a_step_that_runs_again_after_its_commit_returns_the_same_and_writes_nothing(
    store: Store, script: Script, run: Run, short: bool, turn: Any, gate: Gate
) -> None:
    script.on("plan", turn)
    step = await a_step(store, short=short, gate=gate)
    first = await run(step)
    before = await written(store, step.project_id)
    for _ in range(2):
        assert await run(step) == first
        assert await written(store, step.project_id) == before


async def test_a_role_may_have_less_time_than_its_stage(store: Store, script: Script, run: Run) -> None:
    async def dawdles(assignment: Assignment, step: Step) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError

    script.on("plan", dawdles)
    limits = RoleLimits(working_time=timedelta(seconds=0.05))
    step = await a_step(store, attempts=1, role=Role(name="analyst", limits=limits))
    await run(step)
    async with store.reading() as connection:
        (request,) = await hitl.find(connection, project_id=step.project_id)
    assert "it took longer than 0:00:00.05" in request.question


async def test_the_retry_delay_of_a_step_that_cannot_reach_a_server_grows(
    store: Store, script: Script, settings: Settings
) -> None:
    script.on("plan", raises(OperationalError("SELECT", None, Exception("the server is unavailable"))))
    step = await a_step(store)
    delays = []
    for attempt in (1, 2, 3, 4, 20):
        worker = ActivityEnvironment()
        worker.info = replace(worker.info, attempt=attempt)
        with pytest.raises(ApplicationError, match="the server is unavailable") as refused:
            await worker.run(
                AgentSteps(store, script.crew(), settings.max_artifact_bytes, settings.daily_budget).run_agent_step,
                step,
            )
        assert refused.value.next_retry_delay is not None
        delays.append(refused.value.next_retry_delay.total_seconds())
    assert delays == [0.5, 1, 2, 4, 5]
    async with store.reading() as connection:
        task = await tasks.get(connection, step.task_id)
    assert task is not None
    assert task.failures == 0


async def test_a_step_that_runs_twice_concurrently_writes_once(store: Store, script: Script, run: Run) -> None:
    """Its worker was presumed dead but was still running."""
    both = asyncio.Barrier(2)

    async def meets(assignment: Assignment, step: Step) -> Outcome:
        await both.wait()
        return await works(assignment, step)

    script.on("plan", meets)
    step = await a_step(store)
    results = await asyncio.gather(run(step), run(step), return_exceptions=True)
    done = [one for one in results if isinstance(one, StepResult)]
    assert done  # the other one may fail, and is retried
    assert await run(step) == done[0]
    async with store.reading() as connection:
        found = await artifacts.of_project(connection, step.project_id)
        log = await events.since(connection, step.project_id, 0)
    assert sorted((one.type, one.version) for one in found if one.task_id) == [("project_plan", 1), ("source_code", 1)]
    assert [one.seq for one in log] == list(range(1, len(log) + 1))


@pytest.mark.parametrize("short", [False, True])
async def test_late_output_of_a_cancelled_task_is_not_written(
    store: Store, script: Script, run: Run, short: bool
) -> None:
    step = await a_step(store, short=short)
    before: list[object] = []

    async def is_cancelled_meanwhile(assignment: Assignment, running: Step) -> Outcome:
        async with store.transaction(step.project_id) as tx:
            await projects.set_status(tx, ProjectStatus.CANCELLED, "cancelled", None)
        before.append(await written(store, step.project_id))
        return await works(assignment, running)

    script.on("plan", is_cancelled_meanwhile)
    assert await run(step) == StepResult()
    assert await written(store, step.project_id) == before[0]


async def test_a_step_that_is_dispatched_after_its_project_was_cancelled_does_not_start(
    store: Store, script: Script, run: Run
) -> None:
    step = await a_step(store)
    async with store.transaction(step.project_id) as tx:
        await projects.set_status(tx, ProjectStatus.CANCELLED, "cancelled", None)
    before = await written(store, step.project_id)
    assert await run(step) == StepResult()
    assert await written(store, step.project_id) == before
    assert script.assignments == {}


async def test_each_failure_of_the_agent_counts_and_the_last_asks_a_human(
    store: Store, script: Script, run: Run
) -> None:
    script.on("plan", raises(AgentError("no")))
    step = await a_step(store, attempts=3)
    for delay in (1, 2):
        with pytest.raises(ApplicationError) as failure:
            await run(step)
        assert failure.value.next_retry_delay == timedelta(seconds=delay)
    result = await run(step)
    assert result.request is not None
    assert (result.artifacts, result.request.supplies) == ((), None)
    assert await run(step) == result
    assert len(script.assignments["plan"]) == 3


async def test_the_verdict_of_an_agent_may_be_a_plain_text(store: Store, script: Script, run: Run) -> None:
    """Agents of other packages are not type-checked."""

    async def fails(assignment: Assignment, step: Step) -> Outcome:
        return replace(await works(assignment, step), verdict="failed")  # type: ignore[arg-type]

    script.on("plan", fails)
    step = await a_step(store, gate=NO_GATE)
    result = await run(step)
    assert result.verdict is Verdict.FAILED
    assert result.request is not None
    assert result.request.reason is HitlReason.FAILED_VERDICT
    again = await run(await a_step(store, gate=NO_GATE, reworks=True))
    async with store.reading() as connection:
        found = await artifacts.get_many(connection, [one.artifact_id for one in again.artifacts])
    assert [one.accepted_at for one in found] == [None, None]


@pytest.mark.parametrize("turn", [works, fails_its_verdict])
async def test_a_warning_is_in_the_question_of_the_gate(store: Store, script: Script, run: Run, turn: Any) -> None:
    async def warns(assignment: Assignment, step: Step) -> Outcome:
        outcome: Outcome = await turn(assignment, step)
        return replace(outcome, warning="A test {agent} was removed.\x00")

    script.on("plan", warns)
    step = await a_step(store)
    await run(step)
    async with store.reading() as connection:
        (request,) = await hitl.find(connection, project_id=step.project_id)
    assert request.question.endswith(" A test {agent} was removed.\ufffd"), request.question


async def test_a_failed_verdict_with_rework_does_not_ask(store: Store, script: Script, run: Run) -> None:
    script.on("plan", fails_its_verdict)
    result = await run(await a_step(store, reworks=True))
    assert (result.verdict, result.request) == (Verdict.FAILED, None)


async def test_a_task_of_a_project_that_ended_as_it_was_submitted_is_cancelled(store: Store, run: Run) -> None:
    step = await a_step(store)
    async with store.transaction(step.project_id) as tx:
        await projects.set_status(tx, ProjectStatus.CANCELLED, "cancelled", None)
    async with store.transaction(step.project_id) as tx:
        await tasks.submit(tx, step.task_id, "task", step.handoff)
    assert (await run(step)).artifacts == ()
    async with store.reading() as connection:
        task = await tasks.get(connection, step.task_id)
        log = await events.since(connection, step.project_id, 0)
    assert task is not None
    assert task.status == "cancelled"
    assert log[-1].event_type == EventType.TASK_CANCELLED
