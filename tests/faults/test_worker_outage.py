"""All workers are stopped: decisions are still accepted, and applied once a worker runs again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest

from tests.faults.deliveries import Caller, Delivery
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.proving import Proof
from tests.waiting import eventually


@pytest.mark.item(3)
async def test_decisions_without_workers_are_applied_once_when_a_worker_returns(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    number, seconds = proof.times(full=40, short=4), proof.times(full=30, short=2)
    deliveries = [Delivery(caller, pipeline="one-gate") for _ in range(number)]
    await asyncio.gather(*(delivery.start() for delivery in deliveries))
    requests = {delivery.id: await delivery.request() for delivery in deliveries}
    answers: Counter[int] = Counter()

    async def decide_twice(delivery: Delivery, after: float) -> None:
        await asyncio.sleep(after)
        answers[(await delivery.decide(requests[delivery.id])).status_code] += 1
        # `acknowledged` keeps the first decision.
        answers[(await delivery.decide(requests[delivery.id], "reject", comment="Too late.")).status_code] += 1

    for worker in stack.workers:
        await worker.stop()
    stopped = time.monotonic()
    await asyncio.gather(*(decide_twice(delivery, proof.random.uniform(0, seconds - 2)) for delivery in deliveries))
    await asyncio.sleep(max(0, stopped + seconds - time.monotonic()))
    await stack.restore()
    for delivery in deliveries:
        await delivery.wait_until_ended()
    losers = "SELECT explanation FROM hitl_decision WHERE outcome = 'superseded' AND project_id::text = ANY(%s)"

    async def all_are_recorded() -> list[str] | None:
        found = [row["explanation"] for row in await stack.rows(losers, [delivery.id for delivery in deliveries])]
        return found if len(found) == number else None

    reasons = await eventually(all_are_recorded)
    proof.row(
        f"all workers stopped for {seconds} s; two decisions posted for each of {number} open requests",
        2 * number,
        "202 each; the first is applied once, the second is superseded with a reason",
        f"answers {dict(answers)}; {await audit(stack, deliveries)}; {len(reasons)} superseded, such as: {reasons[0]}",
    )
    assert answers == {202: 2 * number}
    assert all(
        f"(decision {decision})" in " ".join(reasons)
        for delivery in deliveries
        for decision in delivery.acknowledged.values()
    )
