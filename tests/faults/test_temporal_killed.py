"""Temporal is killed while people decide: every acknowledged decision is applied."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.deliveries import Caller, Delivery, traffic
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.proving import Proof

PROJECTS = 8
WITHIN_SECONDS = 1.0
"""The decisions and the kill happen at random moments within this time."""


@pytest.mark.item(4)
async def test_no_acknowledged_decision_is_lost_when_temporal_is_killed(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    times = proof.times(full=10, short=1)
    deliveries: list[Delivery] = []

    async def decide(delivery: Delivery, after: float) -> None:
        request = await delivery.request()
        await asyncio.sleep(after)
        answer = await delivery.decide(request)
        assert answer.status_code in (200, 202), answer.text

    async with traffic(caller) as others:
        for _ in range(times):
            parked = [Delivery(caller, pipeline="one-gate") for _ in range(PROJECTS)]
            await asyncio.gather(*(each.start() for each in parked))
            await asyncio.gather(*(each.request() for each in parked))
            deciding = asyncio.gather(*(decide(each, proof.random.uniform(0, WITHIN_SECONDS)) for each in parked))
            await asyncio.sleep(proof.random.uniform(0, WITHIN_SECONDS))
            stack.temporal.kill()
            await stack.temporal.wait_until_ready()
            await deciding
            deliveries += parked
        for delivery in deliveries:
            await delivery.wait_until_ended()
    proof.row(
        "SIGKILL of Temporal while decisions are posted",
        times,
        "each acknowledged decision is applied once; projects continue",
        f"{await audit(stack, deliveries)}; meanwhile: {await audit(stack, others.deliveries)}; "
        f"{caller.unavailable} calls answered with 503",
    )
    assert all(delivery.acknowledged for delivery in deliveries)
