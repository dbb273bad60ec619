"""Measures the time from an event's commit to its frame: many sockets on one project, or one on each project."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import orjson

from benchmarks.feed import Event, Feed, Socket, moment
from benchmarks.stack import BRIEF, Bench
from benchmarks.table import Row
from benchmarks.timing import few_at_once

DELIVERY_SECONDS = 20.0
"""How long to wait for frames after the last task."""


class Listener:
    """One socket that follows one project from now on, and keeps its frames for later."""

    def __init__(self) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._frames: list[tuple[float, bytes]] = []

    def on_frame(self, received: float, text: bytes) -> None:
        if not self.ready.done():
            self.ready.set_result(None)  # `connection_ready`
        else:
            self._frames.append((received, text))

    def events(self) -> list[Event]:
        """Return the numbered events with their times of arrival."""
        events = [{**orjson.loads(text), "received": received} for received, text in self._frames]
        return [event for event in events if event["seq"] is not None]


async def measure(bench: Bench) -> list[Row]:
    sockets, tasks = bench.count(100, 5), bench.count(50, 5)
    projects = await _park(bench, sockets)
    async with _listening(bench, projects[:1] * sockets) as listeners:
        shared = await _push(bench, projects[:1], listeners, tasks, 0.2)
    async with _listening(bench, projects) as listeners:
        separate = await _push(bench, projects, listeners, 3 * tasks, 0.07)
    return [
        _row(f"commit to frame, {sockets} sockets on one project", shared),
        _row(f"commit to frame, {sockets} projects with a socket each", separate),
    ]


async def _park(bench: Bench, count: int) -> list[str]:
    """Start projects that wait at a gate, so that only this benchmark's tasks run in them."""
    async with Feed.connected(bench.url) as feed:

        async def park(_: int) -> str:
            project_id = await bench.client.create("one-gate", BRIEF)
            feed.follow(project_id)
            await feed.request(project_id)
            return project_id

        return await few_at_once(park, range(count), 16)


@asynccontextmanager
async def _listening(bench: Bench, projects: Sequence[str]) -> AsyncIterator[list[Listener]]:
    """Connect a socket for each project and wait until all are ready."""
    async with AsyncExitStack() as opened:
        listeners = [Listener() for _ in projects]
        for project_id, listener in zip(projects, listeners, strict=True):
            socket = await Socket.connect(f"{bench.url}/ws?project_id={project_id}", listener.on_frame)
            opened.callback(socket.close)
        await asyncio.gather(*(listener.ready for listener in listeners))
        yield listeners


async def _push(
    bench: Bench, projects: Sequence[str], listeners: Sequence[Listener], tasks: int, pause: float
) -> list[Event]:
    """Start tasks with pauses, in one project after the other. Returns the events that all sockets received."""
    heads = {project: await _head(bench, project) for project in projects}
    for number in range(tasks):
        await bench.client.post(
            f"/projects/{projects[number % len(projects)]}/tasks", {"agent_type": "analyst", "instructions": "Look."}
        )
        await asyncio.sleep(pause)
    deadline = time.monotonic() + DELIVERY_SECONDS
    while any(await asyncio.gather(*(_is_busy(bench, project) for project in projects[:tasks]))):
        if time.monotonic() > deadline:
            raise TimeoutError("the tasks did not end in time")
        await asyncio.sleep(0.3)
    written = sum([await _head(bench, project) - head for project, head in heads.items()])
    expected = written * (len(listeners) // len(projects))
    while (events := [event for each in listeners for event in each.events()]) and len(events) < expected:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{expected - len(events)} of {expected} frames are missing")
        await asyncio.sleep(0.3)
    return events


async def _head(bench: Bench, project_id: str) -> int:
    return int((await bench.client.get(f"/projects/{project_id}"))["head"])


async def _is_busy(bench: Bench, project_id: str) -> bool:
    tasks = (await bench.client.get(f"/projects/{project_id}/status"))["tasks"]
    return any(task["status"] in ("pending", "working") for task in tasks)


def _row(figure: str, events: Sequence[Event]) -> Row:
    times = [moment(event) for event in events]
    rate = len(events) / (max(times) - min(times))
    lags = [event["received"] - at for event, at in zip(events, times, strict=True)]
    return Row(figure, {"frames": len(events), "frames/s": rate}, lags)
