"""Temporal is killed while people decide: what they were told is taken, is applied."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.books import audit
from tests.faults.deliveries import Caller, Delivery, traffic
from tests.faults.house import House
from tests.proving import Proof

PROJECTS = 8
WITHIN_SECONDS = 1.0
"""Both the decisions and the kill come at moments of this span."""


@pytest.mark.item(4)
async def test_no_acknowledged_decision_is_lost_when_temporal_is_killed(
    house: House, caller: Caller, proof: Proof
) -> None:
    times = proof.times(full=10, short=1)
    deliveries: list[Delivery] = []

    async def decide(one: Delivery, after: float) -> None:
        request = await one.request()
        await asyncio.sleep(after)
        answer = await one.decide(request)
        assert answer.status_code in (200, 202), answer.text

    async with traffic(caller) as others:
        for _ in range(times):
            parked = [Delivery(caller, pipeline="one-gate") for _ in range(PROJECTS)]
            await asyncio.gather(*(each.begin() for each in parked))
            await asyncio.gather(*(each.request() for each in parked))
            deciding = asyncio.gather(*(decide(each, proof.random.uniform(0, WITHIN_SECONDS)) for each in parked))
            await asyncio.sleep(proof.random.uniform(0, WITHIN_SECONDS))
            house.temporal.kill()
            await house.temporal.serves()
            await deciding
            deliveries += parked
        for delivery in deliveries:
            await delivery.ended()
    proof.row(
        "SIGKILL of Temporal while decisions are posted",
        times,
        "each acknowledged decision is applied once; projects go on",
        f"{await audit(house, deliveries)}; others meanwhile: {await audit(house, others.deliveries)}; "
        f"{caller.put_off} calls were put off with 503",
    )
    assert all(delivery.acknowledged for delivery in deliveries)
