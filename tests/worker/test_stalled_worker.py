"""Health of a real worker: it is reported if all its workflow task slots are blocked, but not if it is busy."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import Client

from api.health import checks, task_queues
from api.health.checks import HealthChecks
from api.shapes.health import ComponentHealth
from config.settings import Settings
from crew.protocol import Assignment, Outcome, Step
from store.transaction import Store
from tests.waiting import eventually
from tests.workflows.crew_under_test import PLAN, Held, Script, Story, pipeline, works
from worker import worker
from workflows import options

pytestmark = pytest.mark.long

SLOTS = 2  # the minimum of a worker that caches workflows
BUSY = 30
STEP_SECONDS = 0.5
WAITING = 6
RATE_SECONDS = 120
"""For Temporal's rate, an average of the last 30 s, to drop to zero."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few slots, and a threshold that a busy queue would exceed if only its age counted."""
    monkeypatch.setattr(worker, "WORKFLOW_TASKS", SLOTS)
    monkeypatch.setattr(options, "LOCAL_SECONDS", timedelta(minutes=5))
    monkeypatch.setattr(task_queues, "STALLED_AFTER", timedelta(seconds=1))
    # It does not poll while its places are held, and would be considered gone if the rate takes long to come down.
    monkeypatch.setattr(checks, "POLLED_WITHIN", timedelta(minutes=10))


async def slowly(assignment: Assignment, step: Step) -> Outcome:
    await asyncio.sleep(STEP_SECONDS)
    return await works(assignment, step)


@pytest.mark.timeout(300)
async def test_a_worker_with_all_slots_blocked_is_reported_and_a_busy_one_is_not(
    temporal: Client, store: Store, settings: Settings
) -> None:
    health_checks = HealthChecks(store, temporal, settings.task_queue)
    script, held = Script(short=True), Held()  # short steps hold a place each while they run

    async def begin(number: int) -> list[Story]:
        stages = pipeline(PLAN)
        return [await Story.begin(temporal, store, settings.task_queue, script, stages) for _ in range(number)]

    async def health() -> ComponentHealth:
        return (await health_checks.run())["worker"]

    async def oldest() -> timedelta:
        described = await task_queues.describe(temporal, settings.task_queue, task_queues.WORKFLOWS)
        return described.stats.approximate_backlog_age.ToTimedelta()

    async with worker.build_worker(temporal, store, script.crew(), settings):
        script.on("plan", slowly)
        busy = await begin(BUSY)
        done = asyncio.gather(*(story.result() for story in busy))
        ages = []
        while not done.done():
            ages.append(await oldest())
            found = await health()
            assert found.status == "ok", found
        assert max(ages) > task_queues.STALLED_AFTER, ages

        script.on("plan", held)
        stuck = await begin(SLOTS + WAITING)

        async def status(wanted: str) -> ComponentHealth | None:
            found = await health()
            return found if found.status == wanted else None

        try:
            found = await eventually(lambda: status("down"), RATE_SECONDS)
            assert f"is stalled: {WAITING} workflow tasks waiting, the oldest for" in str(found.detail), found
        finally:
            held.let_go.set()  # otherwise the worker waits for them
        for story in stuck:
            assert (await story.result()).status == "completed"
        await eventually(lambda: status("ok"))  # Temporal caches the result for some seconds
