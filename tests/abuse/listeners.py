"""`python -m tests.abuse.listeners` follows projects on many sockets in a separate process, and counts lost frames."""

from __future__ import annotations

import asyncio
import json
import sys
from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial

import orjson
import uvloop

from benchmarks.feed import Socket, moment
from benchmarks.timing import p50, p99

CONNECT_AT_ONCE = 20
LATE_SECONDS = 20.0
"""How long to wait for frames after the last event."""


@dataclass(frozen=True)
class Received:
    """What all sockets received. Lags are seconds from just before an event's commit to its frame."""

    sockets: int
    frames: int
    lost: int
    wrong: int
    """Frames that arrived twice or out of order."""
    p50: float
    p99: float
    longest: float


class Listener:
    """One socket that follows one project from now on."""

    def __init__(self, lags: array[float]) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.head = 0
        self.frames = self.wrong = 0
        self._lags = lags

    def on_frame(self, received: float, text: bytes) -> None:
        event = orjson.loads(text)
        if event["seq"] is None:
            if event["event_type"] == "connection_ready":
                self.head = event["data"]["head"]
                self.ready.set_result(None)
            return
        self.frames += 1
        self.wrong += event["seq"] != self.head + 1
        self.head = event["seq"]
        self._lags.append(received - moment(event))


class Listeners:
    """The listening process, as seen by the test."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    @classmethod
    @asynccontextmanager
    async def ready(cls, url: str, projects: Sequence[str], each: int) -> AsyncIterator[Listeners]:
        """Start the process and wait until `each` sockets follow each project."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.abuse.listeners", url, str(each), *projects),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        listeners = cls(process)
        try:
            assert await asyncio.wait_for(listeners._out.readline(), 60) == b"ready\n"
            yield listeners
        finally:
            listeners._in.close()
            await process.wait()

    async def received(self, heads: Mapping[str, int]) -> Received:
        """Return what was received, once each socket has reached the end of its project's log or the time is up."""
        self._in.write(json.dumps(heads).encode() + b"\n")
        line = await asyncio.wait_for(self._out.readline(), LATE_SECONDS + 30)
        return Received(**json.loads(line))


async def main(url: str, each: str, *projects: str) -> None:
    lags = array("d")
    listeners = {project: [Listener(lags) for _ in range(int(each))] for project in projects}
    free = asyncio.Semaphore(CONNECT_AT_ONCE)

    async def connect(project: str, listener: Listener) -> Socket:
        async with free:
            socket = await Socket.connect(f"{url}/ws?project_id={project}", listener.on_frame)
            await listener.ready
            return socket

    sockets = await asyncio.gather(
        *(connect(project, listener) for project, group in listeners.items() for listener in group)
    )
    _print("ready")
    heads: dict[str, int] = json.loads(await asyncio.to_thread(sys.stdin.readline))
    deadline = asyncio.get_running_loop().time() + LATE_SECONDS
    missing = partial(_missing, listeners, heads)
    while missing() and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.05)
    everyone = [listener for group in listeners.values() for listener in group]
    received = Received(
        sockets=len(sockets),
        frames=sum(listener.frames for listener in everyone),
        lost=missing(),
        wrong=sum(listener.wrong for listener in everyone),
        p50=p50(lags),
        p99=p99(lags),
        longest=max(lags),
    )
    _print(json.dumps(asdict(received)))
    await asyncio.to_thread(sys.stdin.read)
    for socket in sockets:
        socket.close()


def _missing(listeners: Mapping[str, Sequence[Listener]], heads: Mapping[str, int]) -> int:
    """Return the number of missing frames."""
    return sum(heads[project] - each.head for project, some in listeners.items() for each in some)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
