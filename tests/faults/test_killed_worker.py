"""Workers are killed in the middle of a step: it runs again soon, and stands once."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.faults.books import audit
from tests.faults.deliveries import Caller, Delivery, brief, traffic
from tests.faults.house import House
from tests.faults.supervised import Supervised
from tests.proving import Proof
from tests.waiting import eventually

RUNNING_AGAIN_SECONDS = 6.0
MACHINE_BUSY_SECONDS = 15.0
"""What the short form allows, beside whatever else runs: without heartbeats it would take minutes."""


async def _attempt(house: House, delivery: Delivery) -> int:
    """Which attempt of its step is under way; 0 where none is."""
    rows = await house.rows("SELECT attempt FROM task WHERE project_id = %s AND status = 'working'", delivery.id)
    return rows[0]["attempt"] if rows else 0


async def _at_work(house: House, delivery: Delivery) -> Supervised | None:
    """The worker that has its step."""
    pending = (await house.engine.get_workflow_handle(f"project-{delivery.id}").describe()).raw_description
    identities = {activity.last_worker_identity.split("@")[0] for activity in pending.pending_activities}
    return next((each for each in house.workers if each.there and str(each.pid) in identities), None)


async def _running_again(house: House, delivery: Delivery, victim: Supervised) -> float | None:
    """Kill the worker that has its step; the seconds until the step runs again, None where it was done just before."""
    before = await _attempt(house, delivery)
    if not before:
        return None
    started = time.monotonic()
    victim.kill()

    async def again() -> bool:
        return await _attempt(house, delivery) != before

    await eventually(again, 30)
    seconds = time.monotonic() - started
    await victim.serves()
    return seconds if await _attempt(house, delivery) else None


@pytest.mark.item(1)
@pytest.mark.parametrize("workers", [1, 2])
async def test_a_step_whose_worker_is_killed_again_and_again_runs_again_soon_and_stands_once(
    house: House, caller: Caller, proof: Proof, workers: int
) -> None:
    if workers == 1:
        proof.of_the_whole_form()
    times = proof.times(full=20 if workers == 1 else 5, short=1)
    for worker in house.workers[workers:]:
        await worker.stop()
    slow = brief(proof.times(full=20, short=3))  # so long that one step lives through many kills
    undisturbed = Delivery(caller, slow, "one-gate")
    await undisturbed.run()
    steps: list[Delivery] = []
    seconds: list[float] = []
    async with traffic(caller) as others:
        while len(seconds) < times:
            if not steps or not await _attempt(house, steps[-1]):
                steps.append(Delivery(caller, slow, "one-gate"))
                await steps[-1].begin()
                await eventually(lambda: _attempt(house, steps[-1]))
            await asyncio.sleep(proof.random.uniform(0, 2))  # the moment is the choice, not a condition
            victim = await _at_work(house, steps[-1])
            if victim and (again := await _running_again(house, steps[-1], victim)):
                seconds.append(again)
    for step in steps:
        await step.approve()
        await step.ended()
    once, all_others = await audit(house, [undisturbed, *steps]), await audit(house, others.deliveries)
    proof.row(
        f"SIGKILL of {'the only worker' if workers == 1 else 'one of two workers'} in the middle of an agent step, "
        f"again and again on {len(steps)} step(s)",
        times,
        f"running again within {RUNNING_AGAIN_SECONDS:.0f} s; artifacts and events once",
        f"running again after {max(seconds):.1f} s at most; of the steps and an undisturbed one: {once}; of the "
        f"others: {all_others}",
    )
    most = RUNNING_AGAIN_SECONDS if proof.whole else MACHINE_BUSY_SECONDS
    assert max(seconds) < most, [round(each, 1) for each in seconds]
