"""Cancelling a project: in a step, at a gate, before it begins, and together with a response."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import CancelledError
from temporalio.testing import WorkflowEnvironment

from config.settings import Settings
from crew.protocol import Assignment, Outcome, Step
from models.contracts.enums import AgentStatus, EventType
from store import agents
from store.transaction import Store
from tests.waiting import eventually
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, TWO_STAGES, Held, Script, Story, pipeline, works
from tests.workflows.partial_workers import step_worker, workflow_worker
from worker.worker import build_worker
from worker.workflow_sandbox import StrictRunner


async def is_cancelled(story: Story) -> None:
    """The records and the workflow agree that the project is cancelled."""
    with pytest.raises(WorkflowFailureError) as failure:
        await story.result()
    assert isinstance(failure.value.cause, CancelledError)
    project = await story.project()
    assert (project.status, project.open_requests) == ("cancelled", 0)
    assert project.ended_at is not None
    assert {one.status for one in await story.tasks()} <= {"completed", "failed", "cancelled"}
    assert "pending" not in {one.status for one in await story.requests()}
    async with story.store.reading() as connection:
        crew = await agents.of_project(connection, story.id)
    assert {one.status for one in crew} <= {AgentStatus.IDLE}
    ended = (await story.events(EventType.WORKFLOW_EVENT))[-1]
    assert ended.data["status"] == "cancelled"


async def test_a_paused_project_can_be_rejected_and_cancelled(begin: Begin) -> None:
    rejected, cancelled = await begin(TWO_STAGES), await begin(TWO_STAGES)
    requests = [await story.request("plan") for story in (rejected, cancelled)]
    for story in (rejected, cancelled):
        await story.handle.signal("pause")
        await story.status("paused")
    await rejected.respond(requests[0], "reject", comment="no")
    assert (await rejected.result()).status == "rejected"
    await cancelled.handle.cancel()
    await is_cancelled(cancelled)


async def test_cancelling_during_a_step_stops_its_agent(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("plan", held)
    story = await begin(TWO_STAGES)
    await held.begun.wait()
    await story.handle.cancel()
    await is_cancelled(story)
    (task,) = await story.tasks()
    assert task.status == "cancelled"
    assert [one.task_id for one in await story.events(EventType.TASK_CANCELLED)] == [task.id]
    await eventually(lambda: _is_set(held), 15)  # through the heartbeat
    assert await story.artifacts("project_plan") == []


async def _is_set(held: Held) -> bool:
    return held.cancelled.is_set()


async def test_the_output_of_a_cancelled_agent_is_not_written(begin: Begin, script: Script) -> None:
    held, done = Held(), Held()

    async def does_not_listen(assignment: Assignment, step: Step) -> Outcome:
        held.begun.set()
        waiting = asyncio.ensure_future(held.let_go.wait())
        while not waiting.done():
            try:
                await asyncio.shield(waiting)
            except asyncio.CancelledError:
                continue
        done.begun.set()
        return await works(assignment, step)

    script.on("plan", does_not_listen)
    story = await begin(TWO_STAGES)
    await held.begun.wait()
    await story.handle.cancel()
    await is_cancelled(story)
    told = len(await story.events())
    held.let_go.set()
    await done.begun.wait()
    second = await begin(pipeline(PLAN | {"name": "other"}))  # the worker still works
    await second.result()
    (task,) = await story.tasks()
    assert task.status == "cancelled"
    assert await story.artifacts("project_plan") == []
    assert len(await story.events()) == told


async def test_cancelling_at_a_gate_closes_its_request(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    await story.request("plan")
    await story.handle.cancel()
    await is_cancelled(story)
    assert [one.status for one in await story.requests()] == ["cancelled"]
    assert [one.status for one in await story.tasks()] == ["cancelled"]


async def test_cancelling_stops_every_branch(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("build", held)
    story = await begin(pipeline(PLAN | GATE, BUILD | {"consumes": ["user_input"]}))
    await story.request("plan")
    await held.begun.wait()
    await story.handle.cancel()
    await is_cancelled(story)
    assert {one.status for one in await story.tasks()} == {"cancelled"}


async def test_a_project_cancelled_before_its_first_workflow_task_is_recorded_as_cancelled(
    engine: WorkflowEnvironment, store: Store, settings: Settings, script: Script
) -> None:
    story = await Story.begin(engine.client, store, settings.task_queue, script, TWO_STAGES)
    await story.handle.cancel()
    async with build_worker(engine.client, store, script.crew(), settings, StrictRunner()):
        await is_cancelled(story)
    assert script.assignments == {}


async def test_a_response_and_a_cancellation_together_leave_nothing_open(
    engine: WorkflowEnvironment, store: Store, settings: Settings, script: Script
) -> None:
    async with step_worker(engine.client, store, script, settings):
        async with workflow_worker(engine.client, store, script, settings):
            story = await Story.begin(engine.client, store, settings.task_queue, script, TWO_STAGES)
            request = await story.request("plan")
        response = await story.respond(request, "approve")
        await story.handle.cancel()
        async with workflow_worker(engine.client, store, script, settings):
            await is_cancelled(story)
    kept = await story.judged(response)
    assert kept.outcome in ("applied", "superseded")
    (closed,) = await story.requests()
    assert closed.status == ("approved" if kept.outcome == "applied" else "cancelled")


@pytest.mark.long
async def test_a_cancellation_while_a_late_response_is_recorded_leaves_nothing_open_and_loses_nothing(
    begin: Begin, store: Store
) -> None:
    story = await begin(pipeline(PLAN | GATE, BUILD | GATE))
    decided = await story.request("plan")
    await story.respond(decided, "approve")
    await story.request("build")

    async def written_down() -> bool:
        async with store.reading() as connection:
            waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            return (await connection.execute(text(waiting))).first() is not None

    async with story.undecided():
        late = await story.respond(decided, "approve")
        await eventually(written_down)
        await story.handle.cancel()
        with pytest.raises(TimeoutError):  # the cancellation arrives with the next heartbeat of the workflow task
            await asyncio.wait_for(story.result(), 5)

    await is_cancelled(story)
    assert (await story.judged(late)).outcome == "superseded"
    assert {one.status for one in await story.requests()} == {"approved", "cancelled"}
