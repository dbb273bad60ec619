"""All workers are away: decisions are taken all the same, and applied when one is back."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest

from tests.faults.books import audit
from tests.faults.deliveries import Caller, Delivery
from tests.faults.house import House
from tests.proving import Proof
from tests.waiting import eventually


@pytest.mark.item(3)
async def test_what_is_decided_while_no_worker_lives_is_applied_once_when_one_returns(
    house: House, caller: Caller, proof: Proof
) -> None:
    number, seconds = proof.times(full=40, short=4), proof.times(full=30, short=2)
    deliveries = [Delivery(caller, pipeline="one-gate") for _ in range(number)]
    await asyncio.gather(*(delivery.begin() for delivery in deliveries))
    requests = {delivery.id: await delivery.request() for delivery in deliveries}
    answers: Counter[int] = Counter()

    async def decide_twice(one: Delivery, after: float) -> None:
        await asyncio.sleep(after)
        answers[(await one.decide(requests[one.id])).status_code] += 1
        # The second one's answer is not among the acknowledged decisions: the first one stands there.
        answers[(await one.decide(requests[one.id], "reject", comment="Too late.")).status_code] += 1

    for worker in house.workers:
        await worker.stop()
    gone = time.monotonic()
    await asyncio.gather(*(decide_twice(delivery, proof.random.uniform(0, seconds - 2)) for delivery in deliveries))
    await asyncio.sleep(max(0, gone + seconds - time.monotonic()))
    await house.whole()
    for delivery in deliveries:
        await delivery.ended()
    losers = "SELECT explanation FROM hitl_decision WHERE outcome = 'superseded' AND project_id::text = ANY(%s)"

    async def all_written() -> list[str] | None:
        found = [row["explanation"] for row in await house.rows(losers, [delivery.id for delivery in deliveries])]
        return found if len(found) == number else None

    reasons = await eventually(all_written)
    proof.row(
        f"all workers away for {seconds} s; two decisions posted for each of {number} open requests",
        2 * number,
        "202 each; the first is applied once, the second loses with its reason",
        f"answers {dict(answers)}; {await audit(house, deliveries)}; {len(reasons)} superseded, such as: {reasons[0]}",
    )
    assert answers == {202: 2 * number}
    assert all(
        f"(decision {decision})" in " ".join(reasons)
        for delivery in deliveries
        for decision in delivery.acknowledged.values()
    )
