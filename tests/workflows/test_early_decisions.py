"""Decisions that workers receive late: those sent in time are in time, and none is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from config.settings import Settings
from models.contracts.enums import EventType, Oversight, ProjectStatus
from models.contracts.pipeline import Pipeline
from store.transaction import Store
from tests.waiting import eventually
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, Held, Script, Story, answer, pipeline, works
from tests.workflows.lost import lost_ending, lost_judgement, lost_step
from tests.workflows.partial_workers import step_worker, workflow_worker
from tests.workflows.test_standalone_handoff import submit
from workflows.project import ProjectWorkflow

SOON = {"gate": {"expires_in": "4s", "on_expiry": "reject"}}
LATER = timedelta(seconds=5)


class Workers:
    """The two halves of a worker, which can be stopped separately."""

    def __init__(self, engine: WorkflowEnvironment, store: Store, settings: Settings, script: Script) -> None:
        self._given = engine.client, store, script, settings

    async def begin(self, stages: Pipeline, oversight: Oversight | None = None) -> Story:
        client, store, script, settings = self._given
        return await Story.begin(client, store, settings.task_queue, script, stages, oversight)

    def of_steps(self) -> Worker:
        return step_worker(*self._given)

    def of_workflows(self) -> Worker:
        return workflow_worker(*self._given)


@pytest.fixture
def workers(engine: WorkflowEnvironment, store: Store, settings: Settings, script: Script) -> Workers:
    return Workers(engine, store, settings, script)


async def waits(story: Story) -> None:
    """Wait until the project's workflow has a gate with a timer."""

    async def look() -> bool:
        return (await story.handle.query(ProjectWorkflow.state)).status == "waiting"

    await eventually(look)


@pytest.mark.long
async def test_a_decision_before_the_deadline_is_in_time_if_the_workflow_has_not_received_the_request_yet(
    workers: Workers, engine: WorkflowEnvironment, script: Script
) -> None:
    held = Held()
    script.on("plan", held)
    async with workers.of_steps():
        async with workers.of_workflows():
            story = await workers.begin(pipeline(PLAN | SOON))
            await held.begun.wait()
        held.let_go.set()
        await story.respond(request := await story.request("plan"), "approve")
        await engine.sleep(LATER)
        async with workers.of_workflows():
            assert (await story.result()).status == "completed"
    assert [one.outcome for one in await story.history(request)] == ["applied"]


@pytest.mark.long
async def test_a_decision_before_the_deadline_is_in_time_behind_one_that_has_to_be_checked(
    workers: Workers, engine: WorkflowEnvironment, script: Script
) -> None:
    held = Held()
    script.on("plan", held, works)
    async with workers.of_steps():
        async with workers.of_workflows():
            story = await workers.begin(pipeline(PLAN | GATE, BUILD | SOON | {"consumes": ["user_input"]}))
            await held.begun.wait()
            build = await story.request("build")
            await waits(story)
        await story.respond(await lost_step(story, "plan"), "approve")
        await story.respond(build, "approve")
        await engine.sleep(LATER)
        held.let_go.set()
        async with workers.of_workflows():
            assert (await story.result()).status == "completed"
    assert [one.outcome for one in await story.history(build)] == ["applied"]


@pytest.mark.parametrize("ended", [ProjectStatus.COMPLETED, ProjectStatus.REJECTED, ProjectStatus.FAILED])
async def test_a_project_that_ended_in_a_lost_workflow_task_is_not_cancelled_in_the_next(
    workers: Workers, ended: ProjectStatus, store: Store
) -> None:
    """The cancellation arrived after the last decision. The lost workflow task had received only the decision."""
    async with workers.of_steps():
        async with workers.of_workflows():
            story = await workers.begin(pipeline(PLAN | GATE))
            request = await story.request("plan")
            await waits(story)
        response = await story.respond(
            request, "reject" if ended is ProjectStatus.REJECTED else "approve", comment="So."
        )
        await lost_judgement(story, response)
        await lost_ending(story, ended)
        await story.handle.signal("pause")
        await story.handle.cancel()
        async with workers.of_workflows():
            if ended is ProjectStatus.FAILED:
                with pytest.raises(WorkflowFailureError, match="Workflow execution failed"):
                    await story.result()
            else:
                assert (await story.result()).status == ended
    assert (await story.project()).status == ended
    told = [one.data["status"] for one in await story.events(EventType.WORKFLOW_EVENT)]
    assert told == ["starting", "active", ended]


async def test_a_decision_that_arrives_with_the_cancellation_of_a_standalone_handoff_is_recorded(
    workers: Workers, settings: Settings
) -> None:
    async with workers.of_steps():
        async with workers.of_workflows():
            alone = await submit(workers.begin, settings, Oversight.HIGH)
            request = await alone.request()

            async def waits_for_it() -> bool:
                history = await alone.handle.fetch_history()
                return any(event.HasField("timer_started_event_attributes") for event in history.events)

            await eventually(waits_for_it)
        response = answer(request, "approve")
        await alone.handle.signal("respond", response)
        await alone.handle.cancel()
        async with workers.of_workflows():
            with pytest.raises(WorkflowFailureError):
                await alone.result()
    assert (await alone.story.judged(response)).outcome == "superseded"
