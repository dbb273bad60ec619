"""`python -m tests.abuse.abusers KIND URL` abuses an API between each `go` and `stop` on stdin, and finally prints what
it did.

It runs in a separate process, so that it does not slow down the clients that are timed meanwhile.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import httpx2

from tests.abuse.hostile_bodies import HOSTILE, JSON
from tests.abuse.raw_connection import Connection
from tests.abuse.raw_frames import BINARY, CONTINUATION, PING, TEXT, frame, open_websocket
from tests.api_client import V1, start
from tests.signing_in import signed_in

FRAMES_PER_SECOND = 1000
SLOW_BODIES = 50
LARGE = 65 * 1024, 16 * 2**20
TICK = CONNECT_INTERVAL = 0.01
PAUSE = 0.05
"""Without a pause, the two processes of the test would compete for the processor."""
MESSAGES = [
    frame(TEXT, b'{"action": "ping"}'),
    frame(TEXT, b"{"),
    frame(TEXT, b'{"action": "subscribe", "project_id": "01890a5d-0000-7000-8000-000000000000"}'),
    frame(BINARY, b"\x00\x01"),
    frame(TEXT, b"[" * 10_000),
]
FLOODS = {
    "pings": frame(PING, b"x"),
    "texts": frame(TEXT, b"x"),
    "fragments": frame(TEXT, b"x", last=False) + frame(CONTINUATION, last=False) * 50,
}
SLOW_TO_RENDER = ["&" * 900_000, ("*a **b _c " * 13_000)[:130_000]]
Done = Counter[str]
BODIES = itertools.cycle(HOSTILE.items())
"""Each turn continues where the last one ended, so that all bodies are sent."""


async def frames(url: str, done: Done, ready: asyncio.Event) -> None:
    """Send a thousand frames a second, on one socket after the other."""
    loop = asyncio.get_running_loop()
    ready.set()
    while True:
        async with open_websocket(url) as connection:
            done["sockets"] += 1
            started, sent = loop.time(), 0
            while True:
                due = int((loop.time() - started) * FRAMES_PER_SECOND)
                batch = b"".join(MESSAGES[number % len(MESSAGES)] for number in range(sent, due))
                if not await connection.send(batch):
                    break
                done["frames"] += due - sent
                sent = due
                await asyncio.sleep(TICK)


async def large(url: str, done: Done, ready: asyncio.Event) -> None:
    """Send oversized frames, each on a new socket, which the server closes."""
    ready.set()
    while True:
        for size in LARGE:
            async with open_websocket(url) as connection:
                done["frames"] += 1
                await connection.send(frame(TEXT, b"x" * size))
                await connection.close_code()
            await asyncio.sleep(PAUSE)


async def flood(url: str, done: Done, ready: asyncio.Event) -> None:
    """Send frames of each kind as fast as possible without reading, until the server closes the connection."""
    ready.set()
    while True:
        for name, data in FLOODS.items():
            block = data * (2**16 // len(data))
            async with open_websocket(url) as connection:
                done["sockets"] += 1
                while await connection.send(block):
                    done[f"blocks of {name}"] += 1
            await asyncio.sleep(PAUSE)


async def bodies(url: str, done: Done, ready: asyncio.Event) -> None:
    """Post one hostile body after the other."""
    async with signed_in(url, timeout=60) as http:
        ready.set()
        for name, (body, _) in BODIES:
            with suppress(httpx2.TransportError):
                await http.post("/api/v1/projects/", content=body, headers=JSON)
            done["bodies"] += 1
            done[name] += 1
            await asyncio.sleep(PAUSE)


async def slow(url: str, done: Done, ready: asyncio.Event) -> None:
    """Send fifty bodies at once, a byte at a time."""
    opened = 0

    async def send_slowly(number: int) -> None:
        nonlocal opened
        await asyncio.sleep(number * CONNECT_INTERVAL)  # a burst of connections would be a different abuse
        while True:
            async with Connection.opened(url) as connection:
                done["bodies"] += 1
                await connection.send(connection.head("POST", "/api/v1/projects/", "Content-Length: 1000"))
                opened += 1
                if opened == SLOW_BODIES:
                    ready.set()
                await connection.drip(b"x" * 1000, 0.1)

    await asyncio.gather(*(send_slowly(number) for number in range(SLOW_BODIES)))


async def slow_to_render(url: str, done: Done, ready: asyncio.Event) -> None:
    """Add artifacts that are slow to render, and read each as HTML."""
    async with signed_in(url, timeout=60) as http:
        project = await start(http, pipeline="quick-start")
        ready.set()
        for text in itertools.cycle(SLOW_TO_RENDER):
            body = {"type": "user_input", "content": f"{uuid4()} {text}"}
            added = await http.post(f"{V1}/projects/{project}/artifacts", json=body)
            done["artifacts"] += 1
            await http.get(added.headers["Location"], headers={"Accept": "text/html"})
            done["rendered"] += 1
            await asyncio.sleep(PAUSE)


KINDS: dict[str, Callable[[str, Done, asyncio.Event], Coroutine[None, None, None]]] = {
    "frames": frames,
    "large": large,
    "flood": flood,
    "bodies": bodies,
    "slow": slow,
    "slow to render": slow_to_render,
}


class Abuser:
    """A process that abuses an API on command. `done` counts what it did, once it has ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._in, self._out = process, process.stdin, process.stdout
        self.done = Done()

    @classmethod
    @asynccontextmanager
    async def started(cls, kind: str, url: str) -> AsyncIterator[Abuser]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.abuse.abusers", kind, url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        abuser = cls(process)
        try:
            await abuser._command("stop")
            yield abuser
        finally:
            abuser._in.close()
            abuser.done.update(json.loads(await asyncio.wait_for(abuser._out.read(), 20) or b"{}"))
            await process.wait()

    @asynccontextmanager
    async def active(self) -> AsyncIterator[None]:
        """Abuse the API during the block."""
        await self._command("go")
        yield
        await self._command("stop")

    async def _command(self, word: str) -> None:
        self._in.write(f"{word}\n".encode())
        assert await asyncio.wait_for(self._out.readline(), 20) == f"{word}\n".encode()


async def main(kind: str, url: str) -> None:
    done = Done()
    abusing: asyncio.Task[None] | None = None
    while word := (await asyncio.to_thread(sys.stdin.readline)).strip():
        if word == "go":
            abusing = asyncio.create_task(KINDS[kind](url, done, ready := asyncio.Event()))
            await ready.wait()
        elif abusing is not None:
            abusing.cancel()
            with suppress(asyncio.CancelledError):
                await abusing
        sys.stdout.write(f"{word}\n")
        sys.stdout.flush()
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
