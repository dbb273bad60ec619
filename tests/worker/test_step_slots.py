"""Steps are handed out only as fast as the event loop takes them up."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any, cast

import pytest
from temporalio.client import Client
from temporalio.worker import SlotReleaseContext, SlotReserveContext

from config.settings import Settings
from crew.protocol import Assignment, Outcome, Step
from store.transaction import Store
from tests.workflows.crew_under_test import PLAN, Script, Story, pipeline, works
from worker import step_slots
from worker.step_slots import ON_THE_WAY, POLLED, StepSlots
from worker.worker import build_worker
from workflows import options

ASKED = cast(SlotReserveContext, None)
ENDED = cast(SlotReleaseContext, None)
STEPS, BUSY_SECONDS = 32, 0.12
TIMEOUT = timedelta(seconds=2)
"""Less than the steps keep the event loop together, and more than those that are on the way do."""


async def begins_busily(assignment: Assignment, step: Step) -> Outcome:
    until = time.monotonic() + BUSY_SECONDS
    while time.monotonic() < until:
        pass
    await asyncio.sleep(0.5)
    return await works(assignment, step)


@pytest.mark.long
async def test_many_steps_that_begin_at_once_are_each_started_once(
    temporal: Client, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "HEARTBEAT", TIMEOUT)
    script = Script()
    script.on("plan", *[begins_busily] * STEPS, works)
    stories = [await Story.begin(temporal, store, settings.task_queue, script, pipeline(PLAN)) for _ in range(STEPS)]
    async with build_worker(temporal, store, script.crew(), settings):
        results = await asyncio.gather(*(story.result() for story in stories))
    assert {result.status for result in results} == {"completed"}
    # Not exactly once: a machine that is busy otherwise, too, may delay a heartbeat.
    assert len(script.assignments["plan"]) <= STEPS + STEPS // 8


async def test_few_are_on_the_way_and_the_others_follow_those_that_run() -> None:
    slots = StepSlots(POLLED + 2)
    polls = [asyncio.create_task(slots.reserve_slot(ASKED)) for _ in range(POLLED + 3)]
    await asyncio.sleep(0)
    assert [poll.done() for poll in polls] == [*[True] * POLLED, *[False] * 3]
    for _ in range(3):
        slots.count(1)
    async with asyncio.timeout(1):
        await asyncio.gather(*polls[:-1])
    assert not polls[-1].done()  # all slots are taken
    slots.count(-1)
    slots.release_slot(ENDED)
    await asyncio.wait_for(polls[-1], 1)


async def test_polls_leave_places_for_steps_that_do_not_go_through_the_queue() -> None:
    slots = StepSlots(100)
    polls = [asyncio.create_task(slots.reserve_slot(ASKED)) for _ in range(ON_THE_WAY)]
    await asyncio.sleep(0)
    rest = ON_THE_WAY - POLLED
    assert [slots.try_reserve_slot(ASKED) is not None for _ in range(rest + 1)] == [*[True] * rest, False]
    for poll in polls:
        poll.cancel()


def test_steps_go_through_the_queue_if_slots_are_short() -> None:
    slots = StepSlots(4)
    taken = []
    for _ in range(3):
        taken.append(slots.try_reserve_slot(ASKED) is not None)
        slots.count(1)
    assert taken == [True, True, False]


async def test_each_that_waits_gets_the_place_that_becomes_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_slots, "POLLED", 1)
    slots = StepSlots(10)
    waiting: list[asyncio.Task[Any]] = [asyncio.create_task(slots.reserve_slot(ASKED)) for _ in range(4)]
    await asyncio.sleep(0)
    assert [task.done() for task in waiting] == [True, False, False, False]
    await asyncio.to_thread(slots.count, 1)  # from another thread, as Temporal's library may
    await asyncio.wait_for(waiting[1], 1)
    # The next place goes to one that is cancelled at that moment, which passes it on.
    slots.count(1)
    waiting[2].cancel()
    await asyncio.wait_for(waiting[3], 1)
