"""From an event's commit to its frame on a WebSocket: many sockets on one project, and a project to each socket."""

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
"""How long after the last task its frames are waited for."""


class Listener:
    """One socket on one project, from now on. It keeps what comes, to be read later."""

    def __init__(self) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._frames: list[tuple[float, bytes]] = []

    def hear(self, received: float, text: bytes) -> None:
        if not self.ready.done():
            self.ready.set_result(None)  # `connection_ready`
        else:
            self._frames.append((received, text))

    def events(self) -> list[Event]:
        """The numbered events that came, with the time of their coming."""
        events = [{**orjson.loads(text), "received": received} for received, text in self._frames]
        return [event for event in events if event["seq"] is not None]

    @property
    def heard(self) -> int:
        return len(self._frames)


async def measure(bench: Bench) -> list[Row]:
    sockets, tasks = bench.count(100, 5), bench.count(50, 5)
    projects = await _park(bench, sockets)
    async with _listening(bench, projects[:1] * sockets) as listeners:
        one = await _push(bench, projects[:1], listeners, tasks, 0.2)
    async with _listening(bench, projects) as listeners:
        each = await _push(bench, projects, listeners, 3 * tasks, 0.07)
    return [
        _row(f"commit to frame, {sockets} sockets on one project", one),
        _row(f"commit to frame, {sockets} projects with a socket each", each),
    ]


async def _park(bench: Bench, count: int) -> list[str]:
    """Projects that wait at a gate, so that nothing happens in them but what we ask for."""
    async with Feed.opened(bench.url) as feed:

        async def park(_: int) -> str:
            project_id = await bench.client.create("one-gate", BRIEF)
            feed.follow(project_id)
            await feed.request(project_id)
            return project_id

        return await few_at_once(park, range(count), 16)


@asynccontextmanager
async def _listening(bench: Bench, projects: Sequence[str]) -> AsyncIterator[list[Listener]]:
    """A socket for each of the projects, all of them ready."""
    async with AsyncExitStack() as opened:
        listeners = [Listener() for _ in projects]
        for project_id, listener in zip(projects, listeners, strict=True):
            socket = await Socket.connect(f"{bench.url}/ws?project_id={project_id}", listener.hear)
            opened.callback(socket.close)
        await asyncio.gather(*(listener.ready for listener in listeners))
        yield listeners


async def _push(
    bench: Bench, projects: Sequence[str], listeners: Sequence[Listener], tasks: int, pause: float
) -> list[Event]:
    """Give an agent a task every now and then, in one project after the other; every event of every socket."""
    heads = {project: await _head(bench, project) for project in projects}
    for number in range(tasks):
        await bench.client.post(
            f"/projects/{projects[number % len(projects)]}/tasks", {"agent_type": "analyst", "instructions": "Look."}
        )
        await asyncio.sleep(pause)
    deadline = time.monotonic() + DELIVERY_SECONDS
    while any(await asyncio.gather(*(_is_busy(bench, project) for project in projects[:tasks]))):
        if time.monotonic() > deadline:
            raise TimeoutError("the tasks did not end")
        await asyncio.sleep(0.3)
    written = sum([await _head(bench, one) - head for one, head in heads.items()])
    expected = written * (len(listeners) // len(projects))
    while (events := [event for each in listeners for event in each.events()]) and len(events) < expected:
        if time.monotonic() > deadline:
            raise TimeoutError(f"of {expected} frames, {expected - len(events)} did not come")
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
