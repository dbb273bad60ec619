"""A workflow task is lost with its worker after its local activities have committed. People can answer requests that
the workflow only opens when it repeats that task, after it has received the responses."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import pytest
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.records import Records
from config.settings import Settings
from models.contracts.enums import EventType
from models.contracts.pipeline import Pipeline
from models.contracts.records import CheckResponseInput
from store.transaction import Store
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, TWO_STAGES, Script, Story, pipeline
from tests.workflows.lost import lost_judgement, lost_step, request_of
from worker.worker import build_worker
from worker.workflow_sandbox import StrictRunner

TWO_GATES = pipeline(PLAN | GATE, BUILD | GATE)

pytestmark = pytest.mark.parametrize("short", [False, True])


@pytest.fixture
def unheard(engine: WorkflowEnvironment, store: Store, settings: Settings, script: Script, short: bool) -> Unheard:
    script.short = short
    return Unheard(engine, store, settings, script)


class Unheard:
    """Projects without a worker, so that signals arrive before their first workflow task."""

    def __init__(self, engine: WorkflowEnvironment, store: Store, settings: Settings, script: Script) -> None:
        self._engine, self._store, self._settings, self._script = engine, store, settings, script

    async def begin(self, stages: Pipeline) -> Story:
        return await Story.begin(self._engine.client, self._store, self._settings.task_queue, self._script, stages)

    def worker(self) -> AbstractAsyncContextManager[None]:
        return build_worker(self._engine.client, self._store, self._script.crew(), self._settings, StrictRunner())


async def test_a_response_that_arrives_before_its_step_has_started_is_applied(unheard: Unheard) -> None:
    story = await unheard.begin(TWO_STAGES)
    response = await story.respond(await lost_step(story, "plan"), "approve")
    async with unheard.worker():
        assert (await story.result()).status == "completed"
    assert (await story.judged(response)).outcome == "applied"
    assert await story.events(EventType.ERROR) == []


async def test_early_responses_are_applied_in_the_round_they_answer(unheard: Unheard) -> None:
    story = await unheard.begin(TWO_STAGES)
    given = []
    for round in (1, 2):
        given.append(await story.respond(await lost_step(story, "plan", round), "amend", comment="again"))
        await lost_judgement(story, given[-1])
    last = await lost_step(story, "plan", 3)
    given += [await story.respond(last, "approve"), await story.respond(last, "reject", comment="too late")]
    async with unheard.worker():
        assert (await story.result()).status == "completed"
    assert [(await story.judged(one)).outcome for one in given] == ["applied"] * 3 + ["superseded"]


async def test_a_pause_does_not_lose_an_early_response(unheard: Unheard) -> None:
    story = await unheard.begin(TWO_STAGES)
    await story.handle.signal("pause")
    response = await story.respond(await lost_step(story, "plan"), "approve")
    async with unheard.worker():
        await story.status("paused")
        await story.handle.signal("resume")
        assert (await story.result()).status == "completed"
    assert (await story.judged(response)).outcome == "applied"


async def test_a_response_to_a_request_that_does_not_exist_yet_is_recorded_as_an_error(unheard: Unheard) -> None:
    story = await unheard.begin(TWO_GATES)
    early = await story.respond(request_of(story, "build"), "reject", comment="I know already.")
    async with unheard.worker():
        await story.respond(await story.request("plan"), "approve")
        build = await story.request("build")
        assert build.id == early.request_id
        await story.respond(build, "approve")
        assert (await story.result()).status == "completed"
    assert [one.outcome for one in await story.history(build)] == ["applied"]
    (error,) = await story.events(EventType.ERROR)
    assert str(build.id) in error.data["message"]


async def test_a_response_recorded_as_an_error_stays_one_when_its_request_exists(unheard: Unheard) -> None:
    """The workflow task that found no request is lost. The next one finds the request."""
    story = await unheard.begin(TWO_GATES)
    early = await story.respond(request_of(story, "plan"), "reject", comment="I know already.")
    check = CheckResponseInput(project_id=story.id, response=early)
    assert not (await ActivityEnvironment().run(Records(story.store).check_response, check)).known
    await lost_step(story, "plan")
    async with unheard.worker():
        for stage in ("plan", "build"):
            await story.respond(await story.request(stage), "approve")
        assert (await story.result()).status == "completed"
    assert len(await story.events(EventType.ERROR)) == 1
