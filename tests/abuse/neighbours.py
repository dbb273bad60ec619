"""Other clients of an abused API: how long they wait, alternating without and with the abuse."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.timing import p50
from tests.api_client import V1
from tests.signing_in import AUTHORIZATION, signed_in

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
    """The same clients without and with the abuse, in turns.

    Each turn has its own quantile, and the medians of the turns are compared. Other load on the machine comes in
    bursts, which fall into a few turns of either side; an abuse that slows down others does so in most of its turns.
    """

    of: Callable[[list[float]], float]
    """The quantile of a turn."""
    alone: list[Waits] = field(default_factory=list)
    abused: list[Waits] = field(default_factory=list)

    @property
    def slowdown(self) -> float:
        """How many times longer the calls or the pings wait under abuse, whichever is worse."""
        return max(self._typical(abused) / self._typical(alone) for _, alone, abused in self._compared())

    def _compared(self) -> Iterator[tuple[str, list[list[float]], list[list[float]]]]:
        yield "calls", [turn.calls for turn in self.alone], [turn.calls for turn in self.abused]
        yield "pings", [turn.pings for turn in self.alone], [turn.pings for turn in self.abused]

    def _typical(self, turns: list[list[float]]) -> float:
        return p50([self.of(waits) for waits in turns if waits])  # on a busy machine a turn may end before its first

    def __str__(self) -> str:
        return f"{self.slowdown:.2f} times; " + "; ".join(
            f"{sum(map(len, alone))} {what}: {1000 * self._typical(alone):.1f} ms alone, "
            f"{1000 * self._typical(abused):.1f} ms abused"
            for what, alone, abused in self._compared()
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
            http = await stack.enter_async_context(signed_in(url, timeout=60))
            connecting = [
                connect(address, compression=None, proxy=None, additional_headers=AUTHORIZATION) for _ in range(SOCKETS)
            ]
            neighbours = cls(http, [await stack.enter_async_context(each) for each in connecting], project_id)
            await neighbours.wait(WARM_UP_SECONDS, Waits())
            yield neighbours

    async def compare(
        self, abuse: Callable[[], AbstractAsyncContextManager[object]], turns: int, of: Callable[[list[float]], float]
    ) -> Comparison:
        """Measure in `turns` turns, each first alone and then under abuse."""
        compared = Comparison(of)
        for _ in range(turns):
            compared.alone.append(alone := Waits())
            await self.wait(TURN_SECONDS, alone)
            compared.abused.append(abused := Waits())
            async with abuse():
                await self.wait(TURN_SECONDS, abused)
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
