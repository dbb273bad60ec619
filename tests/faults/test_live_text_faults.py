"""While people watch what a model writes, Redis, an API or the worker is killed, or a person stops everything: the step
pays as it would otherwise, and those who watch have the whole text again."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from store.budgets import DIED
from store.bus import Bus
from tests.faults.deliveries import Caller
from tests.faults.fault_stack import FaultStack
from tests.faults.model_worker import environment, only_worker
from tests.faults.supervised_process import SupervisedProcess
from tests.faults.test_killed_model_step import BUDGET, CALLS, DISCARDED, TRANSCRIPT, start, wait_until_completed
from tests.faults.test_stops import BUSY_SECONDS, WITHIN_SECONDS, release, stop_all
from tests.provider import Provider, Script, Turn, running
from tests.provider.scripts import call
from tests.signing_in import AUTHORIZATION
from tests.waiting import eventually

pytestmark = pytest.mark.long

PLANTED = "planted-key-5be2b3c0d4a1f6987e"
WORDS = "".join(f"word {number} " for number in range(300))
TURNS = (
    Turn(calls=(call("list_files"),), seconds=2),
    Turn(text=f"My key is {PLANTED}.\n{WORDS}", calls=(call("read_file", path="none.py"),), pieces=120, pace=0.1),
    *(Turn(calls=calls) for calls in (CALLS[1], *CALLS[3:])),
)
SCRIPT = Script.model_validate({"conversations": {"build": [turn.model_dump() for turn in TURNS]}})


class Watcher:
    """Somebody who watches a project, on any API that answers."""

    def __init__(self, stack: FaultStack, project_id: str) -> None:
        self._stack, self._project_id = stack, project_id
        self.frames: list[dict[str, Any]] = []
        self.texts: dict[str, str] = {}
        """By call."""
        self.connected = 0

    async def watch(self) -> None:
        for number in range(10_000):
            api = self._stack.apis[number % len(self._stack.apis)]
            with suppress(OSError, WebSocketException, TimeoutError):
                address = api.component.address.replace("http", "ws")
                async with connect(
                    f"{address}/ws", compression=None, proxy=None, additional_headers=AUTHORIZATION
                ) as socket:
                    await socket.send(json.dumps({"action": "subscribe", "project_id": self._project_id, "live": True}))
                    self.connected += 1
                    async for message in socket:
                        self._receive(json.loads(message))
            await asyncio.sleep(0.1)

    def _receive(self, frame: dict[str, Any]) -> None:
        if frame["event_type"] != "live":
            return
        self.frames.append({**frame, "connection": self.connected})
        data = frame["data"]
        before = self.texts.get(data["call"], "")
        assert data["offset"] in (0, len(before))
        if not data["ended"]:
            self.texts[data["call"]] = data["text"] if data["offset"] == 0 else before + data["text"]

    @property
    def long_texts(self) -> list[str]:
        """The texts of the long turn, one for each time that it was asked."""
        return [text for text in self.texts.values() if text.startswith("My key is [key].\n")]

    def has(self, word: str) -> Callable[[], Awaitable[bool]]:
        async def check() -> bool:
            return any(f"{word} " in text for text in self.long_texts)

        return check


@asynccontextmanager
async def watched(stack: FaultStack, caller: Caller) -> AsyncIterator[tuple[str, Watcher]]:
    """Start a project, and watch it."""
    project_id = await start(caller)
    watcher = Watcher(stack, project_id)
    watching = asyncio.create_task(watcher.watch())
    yield project_id, watcher
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    assert PLANTED not in json.dumps(watcher.frames)
    whole = f"My key is [key].\n{WORDS}"
    assert watcher.long_texts
    assert all(whole.startswith(text[: len(whole)]) for text in watcher.long_texts)


@pytest_asyncio.fixture
async def caller(stack: FaultStack) -> AsyncIterator[Caller]:
    caller = Caller(stack, random.Random(7))
    yield caller
    await caller.close()


@pytest_asyncio.fixture
async def provider(stack: FaultStack) -> AsyncIterator[Provider]:
    async with running(SCRIPT, key=PLANTED) as provider:
        yield provider


@pytest_asyncio.fixture
async def worker(stack: FaultStack, provider: Provider) -> AsyncIterator[SupervisedProcess]:
    async with only_worker(stack, environment(provider, PLANTED, PLANTED)) as worker:
        yield worker


async def stored(stack: FaultStack) -> bytes:
    """Everything that Redis has."""
    bus = Bus(stack.settings)
    try:
        found = [key async for key in bus.redis.scan_iter("*live-text*")]
        return b"".join([key + (await bus.redis.get(key) or b"") for key in found])
    finally:
        await bus.close()


async def test_redis_dies_while_a_model_writes(
    stack: FaultStack, caller: Caller, provider: Provider, worker: SupervisedProcess
) -> None:
    async with watched(stack, caller) as (project_id, watcher):
        await eventually(watcher.has("word 10"))
        found = await stored(stack)
        assert b"word 10" in found
        assert PLANTED.encode() not in found
        async with stack.redis.stopped(signal.SIGKILL):
            await asyncio.sleep(1)
        known = len(watcher.frames)
        await wait_until_completed(caller, project_id)
        assert any("word 2" in frame["data"]["text"] for frame in watcher.frames[known:]), "it is shown again"
    assert provider.calls.total == len(TURNS)
    assert stack.log(worker).count("live_text_unavailable") <= 1


async def test_an_api_dies_and_the_next_one_sends_the_whole_text_once(
    stack: FaultStack, caller: Caller, provider: Provider, worker: SupervisedProcess
) -> None:
    async with watched(stack, caller) as (project_id, watcher):
        await eventually(watcher.has("word 10"))
        connection = watcher.connected
        stack.apis[(connection - 1) % len(stack.apis)].kill()

        async def is_there_again() -> bool:
            return any(frame["connection"] > connection for frame in watcher.frames)

        await eventually(is_there_again)
        first = next(frame["data"] for frame in watcher.frames if frame["connection"] > connection)
        assert first["offset"] == 0
        assert "word 10 " in first["text"]
        await wait_until_completed(caller, project_id)
    assert provider.calls.total == len(TURNS)
    assert len(watcher.long_texts) == 1


async def test_a_worker_dies_while_a_model_writes_and_the_call_is_booked(
    stack: FaultStack, caller: Caller, provider: Provider, worker: SupervisedProcess
) -> None:
    before = (await stack.rows(BUDGET))[0]
    async with watched(stack, caller) as (project_id, watcher):
        await eventually(watcher.has("word 10"))
        await worker.end(signal.SIGKILL)
        await wait_until_completed(caller, project_id)
    assert provider.calls.total == len(TURNS) + 1
    assert len(watcher.long_texts) == 2, "a call that is asked again is a new one"
    lost = await stack.rows(DISCARDED, project_id)
    assert [row["discarded"] for row in lost] == [DIED]
    after = (await stack.rows(BUDGET))[0]
    kept = await stack.rows(TRANSCRIPT, project_id)
    assert after["spent"] - before["spent"] == pytest.approx(sum(row["cost_usd"] for row in (*lost, *kept)))


async def test_a_stop_ends_a_stream_and_the_step_continues_after_its_release(
    stack: FaultStack, caller: Caller, provider: Provider, worker: SupervisedProcess
) -> None:
    async with watched(stack, caller) as (project_id, watcher):
        await eventually(watcher.has("word 10"))
        began = time.monotonic()
        stop = await stop_all(caller)

        async def is_quiet() -> bool:
            return not provider.calls.in_flight and watcher.frames[-1]["data"]["ended"]

        await eventually(is_quiet)
        assert time.monotonic() - began < WITHIN_SECONDS + BUSY_SECONDS
        await release(caller, stop)
        await wait_until_completed(caller, project_id)
    assert provider.calls.total == len(TURNS) + 1
