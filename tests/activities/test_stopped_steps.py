"""Steps that a person stops: as they run, before they start, between attempts, and as they write their result."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment

from activities import stop_watch
from activities.agent_step import AgentSteps
from crew.protocol import AgentError, Assignment, Outcome, Step
from models.contracts.enums import HitlReason
from models.contracts.handoff import StepInput
from models.contracts.stops import STOPPED, HeldStop, StopTarget
from models.tables import Task
from store import steps, stops, tasks
from store.transaction import Store
from tests.activities.first_step import Run, a_step, written
from tests.activities.stops_under_test import release, release_all, stop
from tests.activities.test_overlapping_attempts import TURNS, HeldTools, Hold, conversing
from tests.crew.model.model_under_test import Model
from tests.waiting import eventually
from tests.workflows.crew_under_test import Held, Script, raises, works
from tests.workflows.project_records import ProjectRecords


@pytest_asyncio.fixture(autouse=True)
async def nothing_stays_stopped(store: Store) -> AsyncIterator[None]:
    yield
    await release_all(store)


async def task_of(store: Store, step: StepInput) -> Task | None:
    async with store.reading() as connection:
        return await tasks.get(connection, step.task_id)


async def is_stopped(run: Run, step: StepInput) -> ApplicationError:
    with pytest.raises(ApplicationError) as ended:
        await run(step)
    assert (ended.value.type, ended.value.category) == (STOPPED, ApplicationErrorCategory.BENIGN)
    assert not ended.value.non_retryable
    return ended.value


class Looks:
    """Reads the stops, and counts how often."""

    def __init__(self) -> None:
        self.count = 0
        self._read = stops.all_held

    async def __call__(self, connection: AsyncConnection) -> list[HeldStop]:
        self.count += 1
        return await self._read(connection)


TARGETS = {
    "all": lambda step: StopTarget(),
    "the project": lambda step: StopTarget(project_id=step.project_id),
    "the role": lambda step: StopTarget(role="analyst"),
    "the role in the project": lambda step: StopTarget(project_id=step.project_id, role="analyst"),
}


@pytest.mark.parametrize("what", TARGETS)
async def test_a_stop_ends_a_running_step_which_continues_as_the_same_task_after_the_release(
    store: Store, run: Run, script: Script, what: str
) -> None:
    held, step = Held(), await a_step(store)
    script.on("plan", held, works)
    running = asyncio.create_task(is_stopped(run, step))
    await held.begun.wait()
    stopped = await stop(store, TARGETS[what](step))
    error = await running
    assert held.cancelled.is_set()
    assert error.message == "It was stopped by Ada: Too dear."
    task = await task_of(store, step)
    assert task is not None
    assert (task.status, task.failures, task.starts) == ("working", 0, 1)
    before = await written(store, step.project_id)
    await is_stopped(run, step)  # it does not start
    assert await written(store, step.project_id) == before
    assert len(script.assignments["plan"]) == 1
    await release(store, stopped.id)
    result = await run(step)
    assert result.request is not None
    assert result.request.reason is HitlReason.REVIEW
    assert len(script.assignments["plan"]) == 2
    task = await task_of(store, step)
    assert task is not None
    assert (task.id, task.status, task.failures) == (step.task_id, "waiting_for_hitl", 0)


@pytest.mark.parametrize(("held", "pause"), [(0, 1), (100, 10), (3600, 30)])
async def test_a_stopped_step_looks_again_after_a_tenth_of_the_stops_time(
    store: Store, run: Run, held: int, pause: int
) -> None:
    """After a second at least, and 30 at most."""
    step = await a_step(store)
    stopped = await stop(store, StopTarget(project_id=step.project_id))
    async with store.database.writing() as connection:
        moved = text("UPDATE stop SET created_at = created_at - make_interval(secs => :held) WHERE id = :id")
        await connection.execute(moved, {"held": held, "id": stopped.id})
    delay = (await is_stopped(run, step)).next_retry_delay
    assert delay is not None
    assert pause <= delay.total_seconds() < pause + 3


async def test_a_stop_of_others_does_not_end_a_step(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch, script: Script
) -> None:
    monkeypatch.setattr(stop_watch, "POLL_SECONDS", 0.01)
    held, step, other = Held(), await a_step(store), await a_step(store)
    script.on("plan", held)
    for target in (
        StopTarget(project_id=other.project_id),
        StopTarget(role="coder"),
        StopTarget(project_id=other.project_id, role="analyst"),
    ):
        await stop(store, target)
    looks = Looks()
    monkeypatch.setattr(stops, "all_held", looks)
    running = asyncio.ensure_future(run(step))
    await held.begun.wait()
    before = looks.count

    async def have_been_read() -> bool:
        return looks.count > before + 2

    await eventually(have_been_read)
    held.let_go.set()
    assert (await running).artifacts


async def test_the_worker_looks_once_for_all_its_steps_and_stops_them_within_five_seconds(
    store: Store, run: Run, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = Looks()
    held = [Held() for _ in range(20)]
    script.on("plan", *held)
    given = [await a_step(store) for _ in held]
    worker = AgentSteps(store, script.crew(), 1_000_000, "5usd")

    async def one(step: StepInput) -> str | None:
        try:
            await ActivityEnvironment().run(worker.run_agent_step, step)
        except ApplicationError as error:
            return error.type
        return None

    running = [asyncio.create_task(one(step)) for step in given]
    await asyncio.gather(*(each.begun.wait() for each in held))
    monkeypatch.setattr(stops, "all_held", looks)
    began = asyncio.get_running_loop().time()
    await stop(store)
    assert set(await asyncio.gather(*running)) == {STOPPED}
    seconds = asyncio.get_running_loop().time() - began
    assert seconds < 5
    assert looks.count <= seconds / stop_watch.POLL_SECONDS + 1


async def test_a_stop_while_the_result_is_written_leaves_it_whole(store: Store, run: Run, script: Script) -> None:
    step = await a_step(store)
    finishing = asyncio.Event()

    async def finishes(assignment: Assignment, running: Step) -> Outcome:
        finishing.set()
        return await works(assignment, running)

    script.on("plan", finishes)
    records = ProjectRecords(store, step.project_id)
    async with store.transaction(step.project_id) as tx:  # it has started before
        await steps.start(tx, step, "workflow", 1)
    running = asyncio.ensure_future(run(step.model_copy(update={"short": True})))
    async with records.undecided():
        await finishing.wait()
        stopped = await stop(store, StopTarget(role="analyst"))
    result = await running
    assert len(result.artifacts) == 2
    assert result.request is not None
    assert [one.status for one in await records.tasks()] == ["waiting_for_hitl"]
    (request,) = await records.requests()
    assert request.held_since is not None or stopped.created_at > request.created_at
    before = await written(store, step.project_id)
    assert (await run(step)).request == result.request  # although it is stopped, it reads what it wrote
    assert await written(store, step.project_id) == before


async def test_a_stop_between_two_attempts_counts_no_failure(store: Store, run: Run, script: Script) -> None:
    step = await a_step(store)
    script.on("plan", raises(AgentError("busy")), works)
    with pytest.raises(ApplicationError, match="busy"):
        await run(step)
    stopped = await stop(store)
    for _ in range(3):
        await is_stopped(run, step)
    await release(store, stopped.id)
    assert (await run(step)).artifacts
    task = await task_of(store, step)
    assert task is not None
    assert task.failures == 1


async def test_the_time_of_a_stop_is_not_the_time_that_a_provider_makes_a_step_wait(
    store: Store, run: Run, script: Script
) -> None:
    step = await a_step(store)
    script.on("plan", raises(AgentError("limited", counts=False)))
    for _ in range(2):
        with pytest.raises(ApplicationError, match="limited"):
            await run(step)
    assert (await task_of(store, step)).waiting_since is not None  # type: ignore[union-attr]
    await stop(store)
    error = await is_stopped(run, step)
    assert (await task_of(store, step)).waiting_since is None  # type: ignore[union-attr]
    assert error.next_retry_delay == timedelta(seconds=1)


async def test_no_model_is_asked_once_a_stop_is_recorded(
    store: Store, run: Run, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop_watch, "POLL_SECONDS", 3600)  # only what is checked before the call ends the step
    hold, step = Hold(), await a_step(store)
    model, tools = Model(list(TURNS)), HeldTools(hold=hold)
    script.on("plan", conversing(model, tools))
    running = asyncio.create_task(is_stopped(run, step))
    await hold.wait_for(1)
    asked = len(model.asked)
    stopped = await stop(store)
    hold.attempts[0].set()
    await running
    assert len(model.asked) == asked == 2
    await release(store, stopped.id)
    assert (await run(step)).artifacts
    assert len(model.asked) == 3  # it continues from its transcript
    assert tools.acts == ["a", "b"]
