"""Other clients of an abused API: how long they wait, alternating without and with the abuse."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from tests.api_client import V1

CALL_PAUSE = 0.005
SOCKETS, PING_PAUSE = 3, 0.03
"""Slow enough for the rate limit of a socket."""
WARM_UP_SECONDS = 0.5
TURN_SECONDS = 0.4


@dataclass(frozen=True)
class Waits:
    """Seconds that each call and each ping waited for its response."""

    calls: list[float] = field(default_factory=list)
    pings: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Comparison:
    """The same clients without and with the abuse, in turns, so that other load on the machine affects both."""

    of: Callable[[list[float]], float]
    """The quantile that is compared."""
    alone: Waits = field(default_factory=Waits)
    abused: Waits = field(default_factory=Waits)

    @property
    def slowdown(self) -> float:
        """How many times longer the calls or the pings wait under abuse, whichever is worse."""
        of = self.of
        return max(of(self.abused.calls) / of(self.alone.calls), of(self.abused.pings) / of(self.alone.pings))

    def __str__(self) -> str:
        return f"{self.slowdown:.2f} times; " + "; ".join(
            f"{len(alone)} {what}: {1000 * self.of(alone):.1f} ms alone, {1000 * self.of(abused):.1f} ms abused"
            for what, alone, abused in (
                ("calls", self.alone.calls, self.abused.calls),
                ("pings", self.alone.pings, self.abused.pings),
            )
        )


class Neighbours:
    """A client that reads a project, and some that ping on sockets."""

    def __init__(self, http: httpx2.AsyncClient, sockets: list[ClientConnection], project_id: str) -> None:
        self._http, self._sockets, self._project_id = http, sockets, project_id

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, project_id: str) -> AsyncIterator[Neighbours]:
        address = f"{url.replace('http', 'ws', 1)}/ws"
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60))
            connecting = [connect(address, compression=None, proxy=None) for _ in range(SOCKETS)]
            neighbours = cls(http, [await stack.enter_async_context(each) for each in connecting], project_id)
            await neighbours.wait(WARM_UP_SECONDS, Waits())
            yield neighbours

    async def compare(
        self, abuse: Callable[[], AbstractAsyncContextManager[object]], turns: int, of: Callable[[list[float]], float]
    ) -> Comparison:
        """Measure in `turns` turns, each first alone and then under abuse."""
        compared = Comparison(of)
        for _ in range(turns):
            await self.wait(TURN_SECONDS, compared.alone)
            async with abuse():
                await self.wait(TURN_SECONDS, compared.abused)
        return compared

    async def wait(self, seconds: float, waits: Waits) -> None:
        """Call and ping for that many seconds."""
        until = time.perf_counter() + seconds
        pinging = [self._ping(socket, number, until, waits.pings) for number, socket in enumerate(self._sockets)]
        await asyncio.gather(self._call(until, waits.calls), *pinging)

    async def _call(self, until: float, waits: list[float]) -> None:
        while (started := time.perf_counter()) < until:
            answer = await self._http.get(f"{V1}/projects/{self._project_id}")
            waits.append(time.perf_counter() - started)
            assert answer.status_code == 200, answer.text
            await asyncio.sleep(CALL_PAUSE)

    async def _ping(self, socket: ClientConnection, number: int, until: float, waits: list[float]) -> None:
        await asyncio.sleep(number * PING_PAUSE / SOCKETS)
        while (started := time.perf_counter()) < until:
            await socket.send('{"action": "ping"}')
            answer = json.loads(await socket.recv())
            waits.append(time.perf_counter() - started)
            assert answer["event_type"] == "pong", answer
            await asyncio.sleep(PING_PAUSE)
