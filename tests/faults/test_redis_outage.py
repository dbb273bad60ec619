"""Redis is stopped or suspended: WebSocket clients still receive every event, once and in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import pytest

from tests.faults.deliveries import Caller, traffic
from tests.faults.event_listener import Listener, connected_listeners
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.proving import Proof


def _fault(stack: FaultStack, kind: str) -> AbstractAsyncContextManager[None]:
    return stack.redis.stopped(signal.SIGKILL) if kind == "stopped" else stack.redis.paused()


LONG = 5.0
"""Seconds in which at least one event must arrive, even on a busy machine."""


def _received(clients: Sequence[Listener]) -> int:
    return sum(len(numbers) for each in clients for numbers in each.received.values())


@pytest.mark.item(6)
@pytest.mark.parametrize("kind", ["stopped", "suspended"])
async def test_clients_receive_every_number_once_despite_redis_outages(
    stack: FaultStack, caller: Caller, proof: Proof, kind: str
) -> None:
    if kind == "suspended":
        proof.full_form_only()
    outages = [30.0, *(proof.random.uniform(0.5, 5) for _ in range(3))] if proof.is_full else [2.0]
    during_outages: list[int] = []
    async with connected_listeners(stack, caller) as clients:
        async with traffic(caller) as others:
            for seconds in outages:
                await asyncio.sleep(proof.random.uniform(0.5, 1.5))
                before = _received(clients)
                async with _fault(stack, kind):
                    await asyncio.sleep(seconds)
                during_outages.append(_received(clients) - before)
        received = sum([await each.check_complete() for each in clients])
        closes = sum(sum(each.closed.values()) for each in clients)
    proof.row(
        f"Redis {kind} for {' s, '.join(f'{seconds:.0f}' for seconds in outages)} s",
        len(outages),
        "every WebSocket client receives every number once",
        f"{len(clients)} clients received {received} events, each once and in order, {during_outages} of them during "
        f"the outages, {closes} connections closed; "
        f"{await audit(stack, others.deliveries)}",
    )
    assert closes == 0
    assert all(number for number, seconds in zip(during_outages, outages, strict=True) if seconds >= LONG)
