"""A worker whose event loop is busy keeps its steps: a thread sends their heartbeats meanwhile."""

from __future__ import annotations

import asyncio
import math
import time
from datetime import timedelta

import pytest
from temporalio.client import Client

from config.settings import Settings
from crew.protocol import Assignment, Outcome, Step
from store.transaction import Store
from tests.workflows.crew_under_test import PLAN, Script, Story, pipeline, works
from worker import busy_loop
from worker.busy_loop import Beats
from worker.worker import build_worker
from workflows import options

TIMEOUT = timedelta(seconds=2)
BUSY_SECONDS = 3.5


async def keeps_the_event_loop(assignment: Assignment, step: Step) -> Outcome:
    until = time.monotonic() + BUSY_SECONDS
    while time.monotonic() < until:
        pass
    await asyncio.sleep(0.5)  # Temporal's next attempt begins before this one is recorded
    return await works(assignment, step)


async def runs_of_a_busy_step(temporal: Client, store: Store, settings: Settings) -> int:
    script = Script()
    script.on("plan", keeps_the_event_loop, works)
    async with build_worker(temporal, store, script.crew(), settings):
        story = await Story.begin(temporal, store, settings.task_queue, script, pipeline(PLAN))
        assert (await story.result()).status == "completed"
    return len(script.assignments["plan"])


@pytest.fixture(autouse=True)
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "HEARTBEAT", TIMEOUT)


async def test_a_step_that_keeps_the_event_loop_is_not_started_again(
    temporal: Client, store: Store, settings: Settings
) -> None:
    assert await runs_of_a_busy_step(temporal, store, settings) == 1


async def test_without_the_thread_it_is(
    temporal: Client, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(busy_loop, "FIRST_IS_LATE", math.inf)
    assert await runs_of_a_busy_step(temporal, store, settings) > 1


def test_a_heartbeat_is_late_only_after_the_step_should_have_sent_it() -> None:
    began = time.monotonic()
    beats = Beats(timeout=4.0, last=began)
    assert (beats.is_late(began + 2.4), beats.is_late(began + 2.6)) == (False, True)
    beats.sent({"turn": 3})
    sent = beats.last
    assert (beats.is_late(sent + 1.4), beats.is_late(sent + 1.6)) == (False, True)
    assert beats.details == ({"turn": 3},)
