"""Workers are killed in the middle of a step: it runs again soon, and stands once."""

from __future__ import annotations

import asyncio
import signal
import time
from uuid import UUID

import pytest

from tests.faults.books import audit
from tests.faults.deliveries import Caller, Delivery, brief, traffic
from tests.faults.house import House
from tests.faults.supervised import Supervised
from tests.proving import Proof
from tests.waiting import eventually

RUNNING_AGAIN_SECONDS = 6.0
STEP_SECONDS = 8.0
"""Longer than it takes to kill, so that one step lives through all the kills."""


async def _attempt(house: House, project_id: str) -> int | None:
    rows = await house.rows("SELECT attempt FROM task WHERE project_id = %s AND status = 'working'", project_id)
    return rows[0]["attempt"] if rows else None


async def _at_work(house: House, project_id: str) -> Supervised:
    """The worker that has the project's step."""
    handle = house.engine.get_workflow_handle(f"project-{UUID(project_id)}")

    async def look() -> Supervised | None:
        pending = (await handle.describe()).raw_description.pending_activities
        identities = {one.last_worker_identity.split("@")[0] for one in pending}
        return next((one for one in house.workers if str(one.pid) in identities), None)

    return await eventually(look)


@pytest.mark.item(1)
async def test_a_step_whose_worker_is_killed_again_and_again_runs_again_soon_and_stands_once(
    house: House, caller: Caller, proof: Proof
) -> None:
    times = proof.times(full=20, short=2)
    slow = Delivery(caller, brief(STEP_SECONDS), "one-gate")
    seconds = []
    async with traffic(caller) as others:
        await slow.begin()
        attempt = await eventually(lambda: _attempt(house, slow.id))
        for _ in range(times):
            await asyncio.sleep(proof.random.uniform(0, 2))  # the moment is the choice, not a condition
            victim = await _at_work(house, slow.id)
            killed = time.monotonic()
            await victim.stop(signal.SIGKILL)
            starting = asyncio.create_task(victim.start())

            async def again(before: int = attempt) -> int | None:
                now = await _attempt(house, slow.id)
                return now if now is not None and now > before else None

            attempt = await eventually(again, 30)
            seconds.append(time.monotonic() - killed)
            await starting
    await slow.approve()
    assert (await slow.ended())["status"] == "completed"
    once, all_others = await audit(house, [slow]), await audit(house, others.deliveries)
    proof.row(
        "SIGKILL of the worker in the middle of an agent step, again and again on the same step",
        times,
        f"running again within {RUNNING_AGAIN_SECONDS:.0f} s; artifacts and events once",
        f"running again after {max(seconds):.1f} s at most; the step: {once}; others meanwhile: {all_others}",
    )
    assert max(seconds) < RUNNING_AGAIN_SECONDS, [round(one, 1) for one in seconds]
