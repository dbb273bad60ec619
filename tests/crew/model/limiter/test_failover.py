"""Redis is stopped or suspended while turns are asked for: the limiter continues in memory, and returns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from cli.stack.datadir import DataDir
from cli.stack.valkey import Valkey
from crew.model.limiter import failover
from crew.model.limiter.failover import FailoverQueue
from crew.model.limiter.memory_queue import MemoryQueue
from crew.model.limiter.pace import Pace
from crew.model.limiter.redis_queue import RedisQueue
from crew.model.limiter.turn_queue import Granted, Wait, Waiter
from tests.faults.supervised_process import SupervisedProcess
from tests.waiting import eventually

FREE, SLOW = Pace(), Pace(interval=3600, burst=3)


def waiter() -> Waiter:
    return Waiter(UUID(int=1), uuid4())


@pytest_asyncio.fixture(scope="module")
async def valkey(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SupervisedProcess]:
    data = DataDir(Path(tmp_path_factory.mktemp("valkey")))
    data.create()
    process = SupervisedProcess(data, Valkey(data, port=0))
    await process.start()
    yield process
    await process.stop()


@pytest_asyncio.fixture
async def queue(valkey: SupervisedProcess, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FailoverQueue]:
    monkeypatch.setattr(failover, "AGAIN_SECONDS", 0.2)
    component = valkey.component
    assert isinstance(component, Valkey)
    queue = FailoverQueue(RedisQueue(component.url, f"t{uuid4().hex}"), MemoryQueue())
    yield queue
    await queue.close()


def fault(valkey: SupervisedProcess, kind: str) -> AbstractAsyncContextManager[None]:
    return valkey.stopped() if kind == "stopped" else valkey.paused()


async def is_redis(queue: FailoverQueue) -> bool:
    answer = await queue.acquire("other", waiter(), FREE, 0)
    return isinstance(answer, Granted) and not answer.in_memory


@pytest.mark.parametrize("kind", ["stopped", "suspended"])
async def test_without_redis_turns_come_from_memory_within_two_seconds_and_it_is_logged_once(
    queue: FailoverQueue, valkey: SupervisedProcess, kind: str
) -> None:
    assert await is_redis(queue)
    with capture_logs() as logs:
        async with fault(valkey, kind):
            started = time.monotonic()
            answers = await asyncio.gather(*(queue.acquire("k", waiter(), FREE, 0) for _ in range(100)))
            seconds = time.monotonic() - started
            assert all(isinstance(each, Granted) and each.in_memory for each in answers)
            for _ in range(3):  # some of them try Redis
                await asyncio.sleep(0.3)
                await queue.acquire("k", waiter(), FREE, 0)
        await eventually(lambda: is_redis(queue))
    assert seconds < 2
    assert [each["event"] for each in logs] == ["limiter_without_redis", "limiter_with_redis"]


async def test_there_is_no_burst_when_redis_is_lost_and_when_it_is_back(
    queue: FailoverQueue, valkey: SupervisedProcess
) -> None:
    async with valkey.stopped():
        assert isinstance(await queue.acquire("k", waiter(), SLOW, 0), Granted)
        assert isinstance(await queue.acquire("k", waiter(), SLOW, 0), Wait)
    await eventually(lambda: is_redis(queue))
    assert isinstance(await queue.acquire("k", waiter(), SLOW, 0), Granted)
    assert isinstance(await queue.acquire("k", waiter(), SLOW, 0), Wait)


async def test_a_pause_that_a_provider_asked_for_outlives_redis(
    queue: FailoverQueue, valkey: SupervisedProcess
) -> None:
    granted = await queue.acquire("k", waiter(), FREE, 0)
    assert isinstance(granted, Granted)
    await queue.refuse("k", FREE, granted, 60)
    async with valkey.stopped():
        wait = await queue.acquire("k", waiter(), FREE, 0)
        assert isinstance(wait, Wait)
        assert 0 < wait.paused <= 60
        await queue.refuse("k", FREE, granted, 60)  # of a turn that Redis has given: this is lost, and nothing fails
        await queue.settle("k", FREE, granted, 10, 10)
    assert not granted.in_memory


async def test_a_call_that_leaves_leaves_both_queues(queue: FailoverQueue, valkey: SupervisedProcess) -> None:
    first, second = waiter(), waiter()
    async with valkey.stopped():
        await queue.acquire("k", waiter(), SLOW, 0)
        await queue.acquire("k", first, SLOW, 0)
    await eventually(lambda: is_redis(queue))
    await queue.leave("k", first)
    async with valkey.stopped():
        wait = await queue.acquire("k", second, SLOW, 0)
        assert isinstance(wait, Wait)
        assert wait.expected <= SLOW.interval
