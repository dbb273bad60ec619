"""Workers are killed in the middle of a step: the step is retried soon and recorded once."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.faults.deliveries import Caller, Delivery, brief, traffic
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.faults.supervised_process import SupervisedProcess
from tests.proving import Proof
from tests.waiting import eventually

RETRY_SECONDS = 6.0
BUSY_MACHINE_SECONDS = 15.0
"""The limit of the short form, on a busy machine. Without heartbeats a retry would take minutes."""


async def _attempt(stack: FaultStack, delivery: Delivery) -> int:
    """Return the number of the running attempt of its step, or 0."""
    rows = await stack.rows("SELECT attempt FROM task WHERE project_id = %s AND status = 'working'", delivery.id)
    return rows[0]["attempt"] if rows else 0


async def _worker_of_step(stack: FaultStack, delivery: Delivery) -> SupervisedProcess | None:
    """Return the worker that runs its step."""
    pending = (await stack.temporal_client.get_workflow_handle(f"project-{delivery.id}").describe()).raw_description
    identities = {activity.last_worker_identity.split("@")[0] for activity in pending.pending_activities}
    return next((each for each in stack.workers if each.is_running and str(each.pid) in identities), None)


async def _kill_and_wait_for_retry(stack: FaultStack, delivery: Delivery, victim: SupervisedProcess) -> float | None:
    """Kill the worker that runs its step. Returns the seconds until the retry, or None if the step had just ended."""
    before = await _attempt(stack, delivery)
    if not before:
        return None
    started = time.monotonic()
    victim.kill()

    async def is_retried() -> bool:
        return await _attempt(stack, delivery) != before

    await eventually(is_retried, 30)
    seconds = time.monotonic() - started
    await victim.wait_until_ready()
    return seconds if await _attempt(stack, delivery) else None


@pytest.mark.item(1)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("workers", [1, 2])
async def test_a_step_whose_worker_is_killed_repeatedly_is_retried_soon_and_recorded_once(
    stack: FaultStack, caller: Caller, proof: Proof, workers: int
) -> None:
    if workers == 1:
        proof.full_form_only()
    times = proof.times(full=20 if workers == 1 else 5, short=1)
    for worker in stack.workers[workers:]:
        await worker.stop()
    slow = brief(proof.times(full=20, short=3))  # long enough for one step to be killed many times
    undisturbed = Delivery(caller, slow, "one-gate")
    await undisturbed.run()
    steps: list[Delivery] = []
    seconds: list[float] = []
    async with traffic(caller) as others:
        while len(seconds) < times:
            if not steps or not await _attempt(stack, steps[-1]):
                steps.append(Delivery(caller, slow, "one-gate"))
                await steps[-1].start()
                await eventually(lambda: _attempt(stack, steps[-1]))
            await asyncio.sleep(proof.random.uniform(0, 2))  # a random moment, not a condition
            victim = await _worker_of_step(stack, steps[-1])
            if victim and (retried := await _kill_and_wait_for_retry(stack, steps[-1], victim)):
                seconds.append(retried)
    for step in steps:
        await step.approve()
        await step.wait_until_ended()
    killed, undisturbed_others = await audit(stack, [undisturbed, *steps]), await audit(stack, others.deliveries)
    proof.row(
        f"SIGKILL of {'the only worker' if workers == 1 else 'one of two workers'} in the middle of an agent step, "
        f"repeatedly, on {len(steps)} step(s)",
        times,
        f"retried within {RETRY_SECONDS:.0f} s; artifacts and events once",
        f"retried after {max(seconds):.1f} s at most; killed steps and an undisturbed one: {killed}; "
        f"other traffic: {undisturbed_others}",
    )
    most = RETRY_SECONDS if proof.is_full else BUSY_MACHINE_SECONDS
    assert max(seconds) < most, [round(each, 1) for each in seconds]
