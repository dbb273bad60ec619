"""Sockets that come back from anywhere in a log, and amid its writing; and one that does not read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import psutil
import pytest
from websockets.asyncio.client import ClientConnection

from benchmarks.timing import p50, p99
from store.transaction import Store
from tests.api.realtime.relay_server import Feed, close_code, numbers, read_until_closed, receive
from tests.faults.house import House
from tests.proving import Proof

LARGE = "x" * 20_000
MIB = 2**20
GROWTH = 20 * MIB
TWICE, FEW = 2.0, 5.0
"""Times, of the whole form and of the few turns of the short one."""
AT_ONCE = 5
FRAMES = 20
BEYOND = 10
"""How far past the head, as it was when they subscribed, clients listen: what they hear is then old, and new."""
TOO_SLOW, BAD_REQUEST = 4008, 4400


@pytest.fixture
def feed(house: House, house_store: Store) -> Feed:
    return Feed(house.apis[0].component.address.removeprefix("http://"), house_store)


async def _resumes(feed: Feed, project_id: UUID, since: int, head: int) -> int:
    """Resume after a number, and hear what is written then; how many frames came, each once and in order."""
    async with feed.connect(project_id, since=since) as socket:
        first = await receive(socket)
        if since > head:
            assert first["data"]["code"] == "since_past_head", first
            first = await receive(socket)
        assert (first["event_type"], first["data"]) == ("connection_ready", {"head": head})
        last = await feed.record(project_id)
        seen = await numbers(socket, last)
        assert seen == list(range(min(since, head) + 1, last + 1))
        return len(seen)


@pytest.mark.item(16)
async def test_a_socket_resumes_from_wherever_it_says(feed: Feed, proof: Proof) -> None:
    times, frames = proof.times(full=20, short=2), 0
    for _ in range(times):
        project_id = await feed.paused_project(events=proof.random.randint(1, 1500))
        for kind in ("0", "middle", "head", "head + 1", "huge"):
            head = await feed.head(project_id)
            since = {"0": 0, "head": head, "head + 1": head + 1, "huge": 10**15}
            frames += await _resumes(feed, project_id, since.get(kind, proof.random.randint(1, head)), head)
        for nonsense in (-1, 10**30, "abc", "1.5", "NaN"):
            async with feed.connect(project_id, since=nonsense) as socket:
                assert (await receive(socket))["data"]["code"] == "bad_since"
                assert await close_code(socket) == BAD_REQUEST
    proof.row(
        "resumed with since = 0, in the middle, head, head+1 and huge; and -1, beyond numbers, no number",
        times * 10,
        "no gap, no double; what is no number is told, and closed",
        f"{frames} frames, each once and in order; past the head: told, and followed from there; no number: "
        f"bad_since, {BAD_REQUEST}",
    )


@pytest.mark.item(16)
async def test_subscribing_while_events_are_written_misses_and_doubles_nothing(feed: Feed, proof: Proof) -> None:
    times, frames = proof.times(full=500, short=30), 0
    project_id = await feed.paused_project(events=30)
    over = asyncio.Event()

    async def write() -> None:
        while not over.is_set():
            await feed.record(project_id, 2)

    async def follow(back: int) -> int:
        since = await feed.head(project_id) - back
        # A client that leaves amid events stops reading, and so would wait in vain for the closing handshake.
        async with feed.connect(project_id, since=since, close_timeout=0.01) as socket:
            live = (await receive(socket))["data"]["head"] + BEYOND
            seen = await numbers(socket, live)
        assert seen == list(range(since + 1, live + 1))
        return len(seen)

    async with asyncio.TaskGroup() as writers:
        for _ in range(4):
            writers.create_task(write())
        try:
            for _ in range(0, times, AT_ONCE):
                backs = (proof.random.randint(0, 30) for _ in range(AT_ONCE))
                frames += sum(await asyncio.gather(*map(follow, backs)))
        finally:
            over.set()
    proof.row(
        "subscribed while four writers write",
        times,
        "no gap, no double",
        f"{frames} frames of {await feed.head(project_id)} events, each once and in order",
    )


@dataclass
class Turns:
    """What a client that reads has waited for its frames, and how large the API was, at most."""

    waits: list[float] = field(default_factory=list)
    size: int = 0


async def _turn(feed: Feed, api: psutil.Process, project_id: UUID, writes: int, turns: Turns) -> None:
    """Write large events, a transaction at a time, while a client reads them."""
    async with feed.connect(project_id) as witness:
        head = (await receive(witness))["data"]["head"]
        for _ in range(writes):
            began = time.perf_counter()
            head = await feed.record(project_id, FRAMES, LARGE)
            await numbers(witness, head)
            turns.waits.append(time.perf_counter() - began)
            turns.size = max(turns.size, api.memory_info().rss)


@asynccontextmanager
async def _stalled(feed: Feed, project_id: UUID) -> AsyncIterator[ClientConnection]:
    """A client that does not read; its library would take 16 frames in advance."""
    async with feed.connect(project_id, max_queue=1, close_timeout=0.01) as socket:
        yield socket


@pytest.mark.item(16)
async def test_a_reader_that_stalls_is_let_go_and_harms_nobody(house: House, feed: Feed, proof: Proof) -> None:
    turns, writes = proof.times(full=20, short=2), 40
    api = psutil.Process(house.apis[0].pid)
    project_id = await feed.paused_project()
    before, alone, beside = Turns(), Turns(), Turns()
    await _turn(feed, api, project_id, writes, before)  # it warms up
    codes: list[int | None] = []
    for _ in range(turns):
        await _turn(feed, api, project_id, writes, alone)
        async with _stalled(feed, project_id) as stalled:
            since = (await receive(stalled))["data"]["head"]
            await _turn(feed, api, project_id, writes, beside)
            seen = await read_until_closed(stalled)
            codes.append(stalled.close_code)
        assert seen == list(range(since + 1, since + 1 + len(seen)))
        head = await feed.head(project_id)
        async with feed.connect(project_id, since=seen[-1]) as resumed:
            assert await numbers(resumed, head) == list(range(seen[-1] + 1, head + 1))
    growth = max(alone.size, beside.size) - before.size
    slowest = p99 if proof.whole else p50  # of so few, the slowest says nothing
    slower = slowest(beside.waits) / slowest(alone.waits)
    proof.row(
        f"a reader stalls while {writes * FRAMES * len(LARGE) // MIB} MB are written, in turns without and with it",
        turns,
        f"{TOO_SLOW}, and no gap after it; under {GROWTH // MIB} MB more; others' {slowest.__name__} within twice",
        f"closed with {set(codes)}; {growth / MIB:+.1f} MB; {1000 * slowest(alone.waits):.0f} ms alone, "
        f"{1000 * slowest(beside.waits):.0f} ms beside it: {slower:.2f} times",
    )
    assert set(codes) == {TOO_SLOW}
    assert growth < GROWTH
    assert slower <= (TWICE if proof.whole else FEW)
