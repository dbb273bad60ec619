"""A workflow task is lost with its worker, after its local activities have committed: people then see requests, and
answer them, of which the workflow hears only when it does that task again, with their answers before it."""

from __future__ import annotations

from uuid import UUID

import pytest
from temporalio.testing import WorkflowEnvironment

from models.contracts.ids import sibling
from models.contracts.pipeline import Pipeline
from models.contracts.words import EventType
from models.settings import Settings
from store.transaction import Store
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, TWO_STAGES, Script, Story, pipeline
from worker.worker import build_worker

pytestmark = pytest.mark.parametrize("short", [False, True])


@pytest.fixture
def unheard(engine: WorkflowEnvironment, store: Store, settings: Settings, script: Script, short: bool) -> Unheard:
    script.short = short
    return Unheard(engine, store, settings, script)


class Unheard:
    """Projects that no worker has heard of, so that signals come before their first task."""

    def __init__(self, engine: WorkflowEnvironment, store: Store, settings: Settings, script: Script) -> None:
        self._engine, self._store, self._settings, self._script = engine, store, settings, script

    async def begin(self, stages: Pipeline) -> Story:
        return await Story.begin(self._engine.client, self._store, self._settings.task_queue, self._script, stages)

    def worker(self) -> object:
        return build_worker(self._engine.client, self._store, self._script.crew(), self._settings)


def request_of(story: Story, stage: str, round: int = 1) -> UUID:
    return sibling(story.id, f"request:{stage}:{round}")


async def test_a_response_that_comes_before_its_request_is_applied(unheard: Unheard) -> None:
    story = await unheard.begin(TWO_STAGES)
    response = await story.respond(request_of(story, "plan"), "approve")
    async with unheard.worker():
        assert (await story.result()).status == "completed"
    assert (await story.judged(response)).outcome == "applied"


async def test_responses_to_several_rounds_are_each_applied_in_theirs(unheard: Unheard) -> None:
    story = await unheard.begin(TWO_STAGES)
    given = [
        await story.respond(request_of(story, "plan"), "amend", comment="again"),
        await story.respond(request_of(story, "plan", 2), "amend", comment="and again"),
        await story.respond(request_of(story, "plan", 3), "approve"),
        await story.respond(request_of(story, "plan", 3), "reject", comment="too late"),
    ]
    async with unheard.worker():
        assert (await story.result()).status == "completed"
    assert [(await story.judged(one)).outcome for one in given] == ["applied"] * 3 + ["superseded"]


async def test_a_pause_in_between_does_not_lose_it(unheard: Unheard) -> None:
    story = await unheard.begin(TWO_STAGES)
    await story.handle.signal("pause")
    response = await story.respond(request_of(story, "plan"), "approve")
    async with unheard.worker():
        await story.status("paused")
        await story.handle.signal("resume")
        assert (await story.result()).status == "completed"
    assert (await story.judged(response)).outcome == "applied"


async def test_a_response_to_what_is_never_asked_leaves_a_trace(unheard: Unheard) -> None:
    story = await unheard.begin(pipeline(PLAN | GATE, BUILD | GATE))
    await story.respond(request_of(story, "build"), "approve")
    async with unheard.worker():
        await story.respond(await story.request("plan"), "reject", comment="no")
        assert (await story.result()).status == "rejected"
    (error,) = await story.events(EventType.ERROR)
    assert str(request_of(story, "build")) in error.data["message"]
