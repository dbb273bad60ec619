"""`python -m tests.abuse.abusers KIND URL`: abuses an API from each `go` on stdin to the next `stop`, and tells at the
end what it did.

A process of its own, so that those whose answers are timed meanwhile do not wait for it.
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

from tests.abuse.frames import BINARY, CONTINUATION, PING, TEXT, frame, shaken
from tests.abuse.hostility import HOSTILE, JSON
from tests.abuse.projects import V1, start
from tests.abuse.raw import Connection

MANY_A_SECOND = 1000
SLOW_ONES = 50
LARGE = 65 * 1024, 16 * 2**20
TICK = SLOWLY = 0.01
PAUSE = 0.05
"""Without one, it is the two processes of the test that wait for each other."""
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
UGLY = ["&" * 900_000, ("*a **b _c " * 13_000)[:130_000]]
Done = Counter[str]
BODIES = itertools.cycle(HOSTILE.items())
"""Each turn goes on where the last one ended, so that all come to be sent."""


async def frames(url: str, done: Done, begun: asyncio.Event) -> None:
    """A thousand frames a second, on one socket after the other."""
    loop = asyncio.get_running_loop()
    begun.set()
    while True:
        async with shaken(url) as connection:
            done["sockets"] += 1
            began, sent = loop.time(), 0
            while True:
                due = int((loop.time() - began) * MANY_A_SECOND)
                batch = b"".join(MESSAGES[number % len(MESSAGES)] for number in range(sent, due))
                if not await connection.send(batch):
                    break
                done["frames"] += due - sent
                sent = due
                await asyncio.sleep(TICK)


async def large(url: str, done: Done, begun: asyncio.Event) -> None:
    """Frames that are too large, each on a socket of its own, which it ends."""
    begun.set()
    while True:
        for size in LARGE:
            async with shaken(url) as connection:
                done["frames"] += 1
                await connection.send(frame(TEXT, b"x" * size))
                await connection.close_code()
            await asyncio.sleep(PAUSE)


async def flood(url: str, done: Done, begun: asyncio.Event) -> None:
    """As many frames as go out, of each kind in turn, without reading, until the connection is ended."""
    begun.set()
    while True:
        for name, data in FLOODS.items():
            block = data * (2**16 // len(data))
            async with shaken(url) as connection:
                done["sockets"] += 1
                while await connection.send(block):
                    done[f"blocks of {name}"] += 1
            await asyncio.sleep(PAUSE)


async def bodies(url: str, done: Done, begun: asyncio.Event) -> None:
    """One hostile body after the other."""
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        begun.set()
        for name, (body, _) in BODIES:
            with suppress(httpx2.TransportError):
                await http.post("/api/v1/projects/", content=body, headers=JSON)
            done["bodies"] += 1
            done[name] += 1
            await asyncio.sleep(PAUSE)


async def slow(url: str, done: Done, begun: asyncio.Event) -> None:
    """Fifty bodies at once, a byte at a time."""
    opened = 0

    async def one(number: int) -> None:
        nonlocal opened
        await asyncio.sleep(number * SLOWLY)  # many new connections at once would be another abuse
        while True:
            async with Connection.opened(url) as connection:
                done["bodies"] += 1
                await connection.send(connection.head("POST", "/api/v1/projects/", "Content-Length: 1000"))
                opened += 1
                if opened == SLOW_ONES:
                    begun.set()
                await connection.drip(b"x" * 1000, 0.1)

    await asyncio.gather(*(one(number) for number in range(SLOW_ONES)))


async def ugly(url: str, done: Done, begun: asyncio.Event) -> None:
    """Artifacts that are slow to lay out, one new one after the other."""
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        project = await start(http, pipeline="quick-start")
        begun.set()
        for text in itertools.cycle(UGLY):
            body = {"type": "user_input", "content": f"{uuid4()} {text}"}
            added = await http.post(f"{V1}/projects/{project}/artifacts", json=body)
            done["artifacts"] += 1
            await http.get(added.headers["Location"], headers={"Accept": "text/html"})
            done["shown"] += 1
            await asyncio.sleep(PAUSE)


KINDS: dict[str, Callable[[str, Done, asyncio.Event], Coroutine[None, None, None]]] = {
    "frames": frames,
    "large": large,
    "flood": flood,
    "bodies": bodies,
    "slow": slow,
    "ugly": ugly,
}


class Abuser:
    """A process that abuses an API when it is let. `done` is what it did, known when it has ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._in, self._out = process, process.stdin, process.stdout
        self.done = Done()

    @classmethod
    @asynccontextmanager
    async def ready(cls, kind: str, url: str) -> AsyncIterator[Abuser]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.abuse.abusers", kind, url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        abuser = cls(process)
        try:
            await abuser._told("stop")
            yield abuser
        finally:
            abuser._in.close()
            abuser.done.update(json.loads(await asyncio.wait_for(abuser._out.read(), 20) or b"{}"))
            await process.wait()

    @asynccontextmanager
    async def let(self) -> AsyncIterator[None]:
        """It abuses during the block."""
        await self._told("go")
        yield
        await self._told("stop")

    async def _told(self, word: str) -> None:
        self._in.write(f"{word}\n".encode())
        assert await asyncio.wait_for(self._out.readline(), 20) == f"{word}\n".encode()


async def main(kind: str, url: str) -> None:
    done = Done()
    abusing: asyncio.Task[None] | None = None
    while word := (await asyncio.to_thread(sys.stdin.readline)).strip():
        if word == "go":
            abusing = asyncio.create_task(KINDS[kind](url, done, begun := asyncio.Event()))
            await begun.wait()
        elif abusing is not None:
            abusing.cancel()
            with suppress(asyncio.CancelledError):
                await abusing
        sys.stdout.write(f"{word}\n")
        sys.stdout.flush()
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
