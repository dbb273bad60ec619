"""Sockets that resume at any position of a log, subscribe while it is written, or do not read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import psutil
import pytest
from websockets.asyncio.client import ClientConnection

from benchmarks.timing import p50, p99
from store.transaction import Store
from tests.api.realtime.relay_server import Feed, close_code, numbers, read_until_closed, receive
from tests.faults.fault_stack import FaultStack
from tests.proving import Proof

LARGE = "x" * 20_000
MIB = 2**20
GROWTH = 20 * MIB
SLOWDOWN, SHORT_FORM_SLOWDOWN = 2.0, 5.0
"""The allowed slowdown in the full form, and with the few turns of the short form."""
AT_ONCE = 5
FRAMES = 20
BEYOND = 10
"""How many events past the head clients read, so that they receive both stored and live events."""
TOO_SLOW, BAD_REQUEST = 4008, 4400


@pytest.fixture
def feed(stack: FaultStack, stack_store: Store) -> Feed:
    return Feed(stack.apis[0].component.address.removeprefix("http://"), stack_store)


async def _resumes(feed: Feed, project_id: UUID, since_at: Callable[[int], int]) -> int:
    """Resume after a number and receive a new event. Returns the number of frames, each once and in order.

    Args:
        since_at: returns the number for a head of the log.
    """
    head = await feed.head(project_id)
    since = since_at(head)
    async with feed.connect(project_id, since=since) as socket:
        first = await receive(socket)
        past = first["event_type"] == "error"
        ready = await receive(socket) if past else first
        if await feed.head(project_id) == head:  # else the reconciler has recorded that the project has no workflow
            assert past == (since > head), first
            assert not past or first["data"]["code"] == "since_past_head"
            assert (ready["event_type"], ready["data"]) == ("connection_ready", {"head": head})
            last = await feed.record(project_id)
            seen = await numbers(socket, last)
            assert seen == list(range(min(since, head) + 1, last + 1))
            return len(seen)
    return await _resumes(feed, project_id, since_at)


@pytest.mark.item(16)
async def test_a_socket_resumes_at_any_position(feed: Feed, proof: Proof) -> None:
    times, frames = proof.times(full=20, short=2), 0
    for _ in range(times):
        project_id = await feed.paused_project(events=proof.random.randint(1, 1500))
        middle = proof.random.random()
        for since_at in (
            lambda head: 0,
            lambda head: 1 + int(middle * (head - 1)),  # noqa: B023 used within this turn
            lambda head: head,
            lambda head: head + 1,
            lambda head: 10**15,
        ):
            frames += await _resumes(feed, project_id, since_at)
        for nonsense in (-1, 10**30, "abc", "1.5", "NaN"):
            async with feed.connect(project_id, since=nonsense) as socket:
                assert (await receive(socket))["data"]["code"] == "bad_since"
                assert await close_code(socket) == BAD_REQUEST
    proof.row(
        "resume with since = 0, middle, head, head + 1 and huge; and with invalid values",
        times * 10,
        "no gap, no duplicate; an error and a close for invalid values",
        f"{frames} frames, each once and in order; past the head: reported, and followed from there; invalid: "
        f"bad_since, {BAD_REQUEST}",
    )


@pytest.mark.item(16)
async def test_subscribing_while_events_are_written_misses_and_duplicates_nothing(feed: Feed, proof: Proof) -> None:
    times, frames = proof.times(full=500, short=30), 0
    project_id = await feed.paused_project(events=30)
    over = asyncio.Event()

    async def write() -> None:
        while not over.is_set():
            await feed.record(project_id, 2)

    async def follow(back: int) -> int:
        since = await feed.head(project_id) - back
        # This client stops reading in the middle of events, and would never receive the closing handshake.
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
        "subscribe while four writers write",
        times,
        "no gap, no duplicate",
        f"{frames} frames of {await feed.head(project_id)} events, each once and in order",
    )


@dataclass
class Turns:
    """How long a reading client waited for its frames, and the largest memory of the API."""

    waits: list[float] = field(default_factory=list)
    size: int = 0


async def _turn(feed: Feed, api: psutil.Process, project_id: UUID, writes: int, turns: Turns) -> None:
    """Write large events, a transaction at a time, while a client reads them."""
    async with feed.connect(project_id) as witness:
        head = (await receive(witness))["data"]["head"]
        for _ in range(writes):
            started = time.perf_counter()
            head = await feed.record(project_id, FRAMES, LARGE)
            await numbers(witness, head)
            turns.waits.append(time.perf_counter() - started)
            turns.size = max(turns.size, api.memory_info().rss)


@asynccontextmanager
async def _stalled(feed: Feed, project_id: UUID) -> AsyncIterator[ClientConnection]:
    """Connect a client that does not read; its library would otherwise buffer 16 frames."""
    async with feed.connect(project_id, max_queue=1, close_timeout=0.01) as socket:
        yield socket


@pytest.mark.item(16)
async def test_a_stalled_reader_is_disconnected_without_affecting_others(
    stack: FaultStack, feed: Feed, proof: Proof
) -> None:
    turns, writes = proof.times(full=20, short=2), 40
    api = psutil.Process(stack.apis[0].pid)
    project_id = await feed.paused_project()
    before, alone, beside = Turns(), Turns(), Turns()
    await _turn(feed, api, project_id, writes, before)  # to warm up
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
    slowest = p99 if proof.is_full else p50  # with so few samples the p99 means nothing
    slower = slowest(beside.waits) / slowest(alone.waits)
    proof.row(
        f"a reader stalls while {writes * FRAMES * len(LARGE) // MIB} MB are written, alternating without and with it",
        turns,
        f"{TOO_SLOW}, and no gap after resuming; under {GROWTH // MIB} MB more memory; {slowest.__name__} of others at "
        f"most {SLOWDOWN:.0f} times",
        f"closed with {set(codes)}; {growth / MIB:+.1f} MB; {1000 * slowest(alone.waits):.0f} ms alone, "
        f"{1000 * slowest(beside.waits):.0f} ms with it: {slower:.2f} times",
    )
    assert set(codes) == {TOO_SLOW}
    assert growth < GROWTH
    assert slower <= (SLOWDOWN if proof.is_full else SHORT_FORM_SLOWDOWN)
