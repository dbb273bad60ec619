"""Long histories: the workflow continues as new between stages, also with open gates, and loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from models.contracts.enums import EventType
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import GATE, Held, Script, pipeline
from tests.workflows.lost import lost_step
from tests.workflows.short_histories import OUTPUTS, chain, runs, temporal_with_short_histories
from workflows.client import PIPELINE
from workflows.project import ProjectWorkflow

pytestmark = pytest.mark.long


@pytest_asyncio.fixture(scope="module")
async def dev_server() -> AsyncIterator[WorkflowEnvironment]:
    async with temporal_with_short_histories() as environment:
        yield environment


@pytest_asyncio.fixture
async def engine(dev_server: WorkflowEnvironment) -> WorkflowEnvironment:
    return dev_server


@pytest_asyncio.fixture(autouse=True)
async def own_queue(settings: Any, monkeypatch: Any) -> None:
    """A task queue for each test, because they share the server."""
    object.__setattr__(settings, "task_queue", uuid4().hex)


async def test_a_long_pipeline_continues_as_new_and_completes(begin: Begin, script: Script) -> None:
    story = await begin(pipeline(*chain(9)))
    result = await story.result()
    assert await runs(story) > 1
    assert [one.stage for one in await story.tasks()] == [f"stage{n}" for n in range(9)]
    assert len(result.artifacts) == 9
    told = [one.data["status"] for one in await story.events(EventType.WORKFLOW_EVENT)]
    assert told == ["starting", "active", "completed"]
    description = await story.handle.describe()
    assert description.typed_search_attributes[PIPELINE] == "scripted"


async def test_an_open_gate_survives_continue_as_new(begin: Begin) -> None:
    aside = {"name": "aside", "agent": "analyst", "produces": [OUTPUTS[8]], **GATE}
    story = await begin(pipeline(aside, *chain(8)))
    request = await story.request("aside")
    await story.event(EventType.TASK_COMPLETED, 9)  # all other stages have finished
    assert await runs(story) > 1
    await story.respond(request, "amend", comment="again")  # the next round needs the state of the previous run
    await story.respond(await story.request("aside", round=2), "approve")
    await story.result()
    assert [one.outcome for one in await story.history(request)] == ["applied"]
    assert len(await story.tasks("aside")) == 2


async def test_no_response_is_lost_while_the_workflow_continues_as_new(begin: Begin, script: Script) -> None:
    """Responses to an open and to a closed gate arrive all the time."""
    aside = {"name": "aside", "agent": "analyst", "produces": [OUTPUTS[8]], **GATE}
    story = await begin(pipeline(aside, *chain(4, gate={"max_rounds": 100})))
    request = await story.request("aside")
    given, over = [], asyncio.Event()

    async def pester() -> None:
        while not over.is_set():
            given.append(await story.respond(request, "approve", artifact_id=story.given.brief.artifact_id))
            await asyncio.sleep(0.01)

    async def go_on() -> None:
        for n in range(4):
            for round in (1, 2):
                asked = await story.request(f"stage{n}", round)
                one = await story.respond(asked, *(("amend",) if round == 1 else ("approve",)), comment="so")
                given.append(one)
                given.append(await story.respond(asked, "reject", comment="too late"))
        over.set()

    await asyncio.gather(pester(), go_on())
    given.append(await story.respond(request, "approve"))
    await story.result()
    assert await runs(story) > 2
    outcomes = [(await story.judged(response)).outcome for response in given]
    assert outcomes.count("applied") == 9
    assert await story.events(EventType.ERROR) == []


async def test_an_early_response_survives_continue_as_new(begin: Begin, script: Script) -> None:
    """Either this run or a later one must judge it."""
    held = Held()
    script.on("stage0", held)
    story = await begin(pipeline(*chain(8), {**chain(9)[8], **GATE}))
    await held.begun.wait()
    response = await story.respond(await lost_step(story, "stage8"), "approve")
    held.let_go.set()
    await story.result()
    assert (await story.judged(response)).outcome == "applied"


async def test_a_pause_survives_continue_as_new(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("stage4", held)
    story = await begin(pipeline(*chain(9)))
    await held.begun.wait()
    await story.handle.signal("pause")
    await story.status("paused")
    held.let_go.set()
    await story.event(EventType.TASK_COMPLETED, 5)
    assert (await story.handle.query(ProjectWorkflow.state)).status == "paused"
    assert script.assignments["stage5"] == []
    await story.handle.signal("resume")
    await story.result()
    told = [one.data["status"] for one in await story.events(EventType.WORKFLOW_EVENT)]
    assert told == ["starting", "active", "paused", "active", "completed"]
