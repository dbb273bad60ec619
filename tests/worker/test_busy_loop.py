"""A worker whose event loop is busy keeps its steps: a thread sends their heartbeats meanwhile."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from structlog.testing import capture_logs
from temporalio.api.workflowservice.v1 import RecordActivityTaskHeartbeatRequest
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.running_step import RunningStep
from config.settings import Settings
from crew.protocol import Assignment, Outcome, Step
from models.contracts.budget import Budget
from store.live_texts import LiveTexts
from store.steps import Started
from store.transaction import Store
from tests.activities.first_step import a_step
from tests.waiting import eventually
from tests.workflows.crew_under_test import PLAN, Script, Story, pipeline, works
from worker import busy_loop
from worker.busy_loop import Beats, BusyLoopHeartbeats
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


class RecordedHeartbeats:
    """Temporal's client, as far as the thread uses it."""

    namespace = identity = "test"

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.workflow_service = self.data_converter = self

    async def encode(self, details: Sequence[object]) -> list[object]:
        raise TypeError(f"details that cannot be serialised: {details}")

    async def record_activity_task_heartbeat(
        self, request: RecordActivityTaskHeartbeatRequest, timeout: timedelta
    ) -> None:
        self.sent.append(request.task_token)


class BrokenBeats(Beats):
    def is_late(self, now: float) -> bool:
        raise RuntimeError("no one has thought of this")


async def test_an_error_in_the_thread_does_not_end_the_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy_loop, "LOOK_SECONDS", 0.01)
    client = RecordedHeartbeats()
    heartbeats = BusyLoopHeartbeats(cast(Client, client))
    running = heartbeats._running  # noqa: SLF001 - what the interceptor fills
    running[b"broken"] = Beats(timeout=0.01, last=0.0, details=(object(),))
    running[b"poison"] = BrokenBeats(timeout=0.01, last=0.0)
    with capture_logs() as logs:

        async def is_logged() -> bool:
            return any(each["event"] == "heartbeats_failed" for each in logs)

        async def is_repeated() -> bool:
            return client.sent.count(b"late") > 2

        async with heartbeats.repeating():
            await eventually(is_logged)
            assert client.sent == []
            del running[b"poison"]
            running[b"late"] = Beats(timeout=0.01, last=0.0)
            await eventually(is_repeated)
    assert any(each["event"] == "heartbeat_failed" for each in logs)


class SlowHeartbeats(RecordedHeartbeats):
    """Each heartbeat takes until `ended` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = threading.Event()

    async def record_activity_task_heartbeat(
        self, request: RecordActivityTaskHeartbeatRequest, timeout: timedelta
    ) -> None:
        await super().record_activity_task_heartbeat(request, timeout)
        await asyncio.to_thread(self.ended.wait)


async def test_a_step_that_has_ended_is_sent_none_however_long_it_waited_for_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(busy_loop, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(busy_loop, "AT_ONCE", 1)
    client = SlowHeartbeats()
    heartbeats = BusyLoopHeartbeats(cast(Client, client))
    running = heartbeats._running  # noqa: SLF001 - what the interceptor fills
    running.update({b"first": Beats(timeout=0.01, last=0.0), b"ended": Beats(timeout=0.01, last=1.0)})

    async def is_repeated() -> bool:
        return client.sent.count(b"first") > 1

    async def is_sent() -> bool:
        return client.sent == [b"first"]

    async with heartbeats.repeating():
        await eventually(is_sent)
        del running[b"ended"]
        client.ended.set()
        await eventually(is_repeated)
    assert set(client.sent) == {b"first"}


async def test_a_heartbeat_that_fails_does_not_end_those_of_the_step(store: Store) -> None:
    environment, beats = ActivityEnvironment(), list[object]()
    environment.info = replace(environment.info, heartbeat_timeout=timedelta(seconds=0.04))

    def fails_first(*details: object) -> None:
        beats.append(details)
        if len(beats) == 1:
            raise TypeError("details that cannot be serialised")

    environment.on_heartbeat = fails_first

    async def goes_on() -> bool:
        return len(beats) > 2

    given = await a_step(store)

    async def step() -> None:
        async with RunningStep(store, given, Started(open=True), Budget(usd=1.0), LiveTexts(store.bus)).heartbeating():
            await eventually(goes_on)

    await environment.run(step)
