"""Many calls in flight are spread over pools of connections, and few calls share one. Calls that are answered at the
same moment take turns."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx2
import pytest

from crew.model import connections
from crew.model.call_slots import CALL_SLOTS, CallSlot
from crew.model.connections import Pools
from tests.waiting import eventually

URL = "http://provider.test/"


async def test_requests_fill_one_pool_before_the_next_and_return_to_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "PER_POOL", 2)
    created: list[httpx2.AsyncClient] = []
    sent, answer = Counter[int](), asyncio.Event()

    def create() -> httpx2.AsyncClient:
        number = len(created)

        async def respond(_: httpx2.Request) -> httpx2.Response:
            sent[number] += 1
            await answer.wait()
            return httpx2.Response(200)

        created.append(httpx2.AsyncClient(transport=httpx2.MockTransport(respond)))
        return created[-1]

    async with httpx2.AsyncClient(transport=Pools(create)) as client:
        assert len(created) == 1  # whatever is wrong with the environment is said before the first request
        requests = [asyncio.create_task(client.get(URL)) for _ in range(5)]

        async def all_are_sent() -> bool:
            return sum(sent.values()) == 5

        await eventually(all_are_sent)
        assert sent == {0: 2, 1: 2, 2: 1}
        requests.pop().cancel()
        answer.set()
        assert {response.status_code for response in await asyncio.gather(*requests)} == {200}
        sent.clear()
        await client.get(URL)
        await client.get(URL)
        assert sent == {0: 2}
    assert all(each.is_closed for each in created)


async def test_calls_that_are_answered_at_once_leave_the_event_loop_to_others_between_them() -> None:
    slots, passed = asyncio.Semaphore(CALL_SLOTS), 0

    async def answered() -> None:
        nonlocal passed
        await CallSlot(slots).turn()
        passed += 1

    calls = [asyncio.create_task(answered()) for _ in range(10 * CALL_SLOTS)]
    most = 0
    while passed < len(calls):
        before = passed
        await asyncio.sleep(0)
        most = max(most, passed - before)
    assert 0 < most <= CALL_SLOTS
