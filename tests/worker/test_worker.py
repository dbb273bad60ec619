"""Workers stop and are killed: steps move to another worker and are recorded once."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import pairwise

import pytest
from temporalio.client import Client

from cli.stack.embedded import Servers
from config.settings import Settings
from models.contracts.enums import EventType
from models.contracts.names import BuiltInArtifact
from models.contracts.pipeline import Pipeline
from store.transaction import Store
from tests.checkout import CHECKOUT
from tests.serving import program_environment
from tests.waiting import PATIENCE_SECONDS, eventually
from tests.workflows.crew_under_test import (
    BUILD,
    GATE,
    PLAN,
    TWO_STAGES,
    Held,
    Script,
    Story,
    answer,
    later_deadline,
    pipeline,
    works,
)
from worker.worker import build_worker, run_worker
from workflows import options
from workflows.client import connect


@pytest.fixture
def script() -> Script:
    return Script()


async def begin(temporal: Client, store: Store, settings: Settings, script: Script, stages: Pipeline) -> Story:
    return await Story.begin(temporal, store, settings.task_queue, script, stages)


async def test_a_stopping_worker_hands_its_step_to_another(
    temporal: Client, store: Store, settings: Settings, script: Script
) -> None:
    """Another worker runs it at once, and it does not count as a failure."""
    held, stop = Held(), asyncio.Event()
    script.on("plan", held)
    hasty = settings.model_copy(update={"worker_drain_seconds": 0})
    stopping = asyncio.create_task(run_worker(temporal, script.crew(), hasty, stop))
    story = await begin(temporal, store, settings, script, pipeline(PLAN | {"attempts": 1}, BUILD))
    await held.begun.wait()
    script.on("plan", works)
    # A separate client, as another process would have: a client allows one worker per queue.
    async with build_worker(await connect(), store, script.crew(), settings):
        stop.set()
        await stopping
        assert (await story.result()).status == "completed"
    assert held.cancelled.is_set()
    (task,) = await story.tasks("plan")
    assert (task.status, task.failures, task.attempt) == ("completed", 0, 2)
    assert await story.requests() == []


async def test_a_stopping_worker_lets_its_steps_finish(
    temporal: Client, store: Store, settings: Settings, script: Script
) -> None:
    held, stop = Held(), asyncio.Event()
    script.on("plan", held)
    stopping = asyncio.create_task(run_worker(temporal, script.crew(), settings, stop))
    story = await begin(temporal, store, settings, script, pipeline(PLAN))
    await held.begun.wait()
    stop.set()
    held.let_go.set()
    await stopping
    (task,) = await story.tasks("plan")
    assert (task.status, task.attempt) == ("completed", 1)


async def test_heartbeats_leave_a_busy_machine_time_before_the_step_is_started_again(
    temporal: Client, store: Store, settings: Settings, script: Script
) -> None:
    held = Held()
    script.on("plan", held)
    sent: list[datetime] = []
    async with build_worker(temporal, store, script.crew(), settings):
        story = await begin(temporal, store, settings, script, pipeline(PLAN))
        await held.begun.wait()

        async def three_are_sent() -> bool:
            for step in (await story.handle.describe()).raw_description.pending_activities:
                time = step.last_heartbeat_time.ToDatetime()
                if step.HasField("last_heartbeat_time") and time not in sent:
                    sent.append(time)
            return len(sent) >= 3

        await eventually(three_are_sent)
        held.let_go.set()
        await story.result()
    assert min(later - earlier for earlier, later in pairwise(sent)) < options.HEARTBEAT / 2


async def test_responses_sent_while_no_worker_runs_are_judged_when_one_starts(
    temporal: Client, store: Store, settings: Settings, script: Script
) -> None:
    async with build_worker(temporal, store, script.crew(), settings):
        story = await begin(temporal, store, settings, script, TWO_STAGES)
        request = await story.request("plan")
    first, second = answer(request, "approve"), answer(request, "reject", comment="no")
    await story.handle.signal("respond", first)
    await story.handle.signal("respond", second)
    assert await story.history(request) == []
    async with build_worker(temporal, store, script.crew(), settings):
        assert (await story.result()).status == "completed"
    assert (await story.judged(first)).outcome == "applied"
    assert (await story.judged(second)).explanation == (f"human decided first: approve (decision {first.decision_id})")


async def has_event(story: Story, attributes: str) -> None:
    """Wait until the history of the story's workflow has an event with these attributes."""

    async def has() -> bool:
        history = await story.handle.fetch_history()
        return any(one.WhichOneof("attributes") == attributes for one in history.events)

    await eventually(has)


@pytest.mark.long
async def test_a_response_that_arrives_together_with_the_deadline_is_in_time(
    temporal: Client, store: Store, settings: Settings, script: Script
) -> None:
    async with build_worker(temporal, store, script.crew(), settings):
        story = await begin(temporal, store, settings, script, pipeline(PLAN | {"gate": {"expires_in": "6s"}}))
        request = await story.request("plan")
        # The row exists before the workflow receives the result.
        await has_event(story, "timer_started_event_attributes")

    await has_event(story, "timer_fired_event_attributes")
    await story.respond(request, "approve")
    async with build_worker(temporal, store, script.crew(), settings):
        assert (await story.result()).status == "completed"
    assert [one.outcome for one in await story.history(request)] == ["applied"]
    assert await story.events(EventType.HITL_EXPIRED) == []


async def test_an_extension_sent_while_no_worker_runs_is_in_time(
    temporal: Client, store: Store, settings: Settings, script: Script
) -> None:
    async with build_worker(temporal, store, script.crew(), settings):
        story = await begin(temporal, store, settings, script, pipeline(PLAN | {"gate": {"expires_in": "6s"}}))
        request = await story.request("plan")
        await has_event(story, "timer_started_event_attributes")
    extension = later_deadline(request)
    await story.handle.signal("extend", extension)
    await has_event(story, "timer_fired_event_attributes")
    async with build_worker(temporal, store, script.crew(), settings):
        await story.event(EventType.HITL_EXTENDED)
        await story.respond(request, "approve")
        assert (await story.result()).status == "completed"
    assert await story.events(EventType.HITL_EXPIRED) == []


@asynccontextmanager
async def worker_process(servers: Servers, settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m worker`, with the rehearsal crew."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker"),
        cwd=CHECKOUT,
        env=program_environment(servers, settings) | {"BOTARMY_REHEARSAL_STEP_SECONDS": "2"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.long
async def test_a_step_whose_worker_is_killed_runs_again_and_is_recorded_once(
    servers: Servers, temporal: Client, store: Store, settings: Settings, script: Script
) -> None:
    story = await begin(temporal, store, settings, script, pipeline(PLAN | GATE))
    async with worker_process(servers, settings) as killed:
        await story.event(EventType.TASK_STARTED)
        killed.kill()
        await killed.wait()
    async with worker_process(servers, settings) as another:
        request = await story.request("plan")
        await story.respond(request, "approve")
        assert (await story.result()).status == "completed"
        another.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(another.wait(), PATIENCE_SECONDS) == 0
    (task,) = await story.tasks()
    assert (task.status, task.failures) == ("completed", 0)
    assert task.attempt > 1
    assert [one.version for one in await story.artifacts(BuiltInArtifact.PROJECT_PLAN)] == [1]
    for type in (EventType.TASK_STARTED, EventType.TASK_COMPLETED, EventType.HITL_REQUEST):
        assert len(await story.events(type)) == 1
