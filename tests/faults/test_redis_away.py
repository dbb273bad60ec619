"""Redis is away, or stands still: whoever listens hears everything all the same, once and in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import pytest

from tests.faults.books import audit
from tests.faults.deliveries import Caller, traffic
from tests.faults.house import House
from tests.faults.listening import Listener, listeners
from tests.proving import Proof


def _fault(house: House, kind: str) -> AbstractAsyncContextManager[None]:
    return house.redis.away(signal.SIGKILL) if kind == "away" else house.redis.paused()


LONG = 5.0
"""Seconds, in which something is heard whatever else the machine does."""


def _heard(hearing: Sequence[Listener]) -> int:
    return sum(len(numbers) for each in hearing for numbers in each.heard.values())


@pytest.mark.item(6)
@pytest.mark.parametrize("kind", ["away", "paused"])
async def test_listeners_hear_every_number_once_whatever_redis_does(
    house: House, caller: Caller, proof: Proof, kind: str
) -> None:
    if kind == "paused":
        proof.of_the_whole_form()
    spells = [30.0, *(proof.random.uniform(0.5, 5) for _ in range(3))] if proof.whole else [2.0]
    meanwhile: list[int] = []
    async with listeners(house, caller) as hearing:
        async with traffic(caller) as others:
            for seconds in spells:
                await asyncio.sleep(proof.random.uniform(0.5, 1.5))
                before = _heard(hearing)
                async with _fault(house, kind):
                    await asyncio.sleep(seconds)
                meanwhile.append(_heard(hearing) - before)
        heard = sum([await each.all_heard() for each in hearing])
        closes = sum(sum(each.closed.values()) for each in hearing)
    proof.row(
        f"Redis {kind} for {' s, '.join(f'{seconds:.0f}' for seconds in spells)} s",
        len(spells),
        "every WebSocket client ends with every number once",
        f"{len(hearing)} clients heard {heard} events, each once and in order, {meanwhile} of them in "
        f"each spell, {closes} connections closed; "
        f"{await audit(house, others.deliveries)}",
    )
    assert closes == 0
    assert all(number for number, seconds in zip(meanwhile, spells, strict=True) if seconds >= LONG)
