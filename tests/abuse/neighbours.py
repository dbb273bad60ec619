"""Other clients of an API that is abused: how long they wait, in turns without the abuse and with it."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import httpx
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.timing import p99
from tests.abuse.projects import V1

CALL_PAUSE = 0.005
PING_PAUSE = 0.03
"""A socket has an allowance of frames."""
WARM_UP_SECONDS = 0.5
TURN_SECONDS = 0.4


@dataclass(frozen=True)
class Waits:
    """Seconds that each call, and each ping on a socket, waited for its answer."""

    calls: list[float] = field(default_factory=list)
    pings: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Round:
    """The same neighbours without and with the abuse, side by side."""

    alone: Waits = field(default_factory=Waits)
    abused: Waits = field(default_factory=Waits)

    @property
    def slower(self) -> float:
        """How many times longer the slowest hundredth of the calls, or of the pings, waits under abuse."""
        return max(p99(self.abused.calls) / p99(self.alone.calls), p99(self.abused.pings) / p99(self.alone.pings))


@dataclass(frozen=True)
class Comparison:
    """Several rounds: what else the machine does makes one or the other of them slow, on either side."""

    rounds: list[Round]

    @property
    def slower(self) -> float:
        """The middle one's."""
        return statistics.median(one.slower for one in self.rounds)

    def __str__(self) -> str:
        calls = [statistics.median(p99(side.calls) for side in sides) for sides in self._sides()]
        pings = [statistics.median(p99(side.pings) for side in sides) for sides in self._sides()]
        return (
            f"{self.slower:.2f} times; calls: {1000 * calls[0]:.1f} ms alone, {1000 * calls[1]:.1f} ms abused; "
            f"pings: {1000 * pings[0]:.1f} ms alone, {1000 * pings[1]:.1f} ms abused"
        )

    def _sides(self) -> tuple[list[Waits], list[Waits]]:
        return [one.alone for one in self.rounds], [one.abused for one in self.rounds]


class Neighbours:
    """A client that calls for a project, and one that pings on a socket."""

    def __init__(self, http: httpx.AsyncClient, socket: ClientConnection, project_id: str) -> None:
        self._http, self._socket, self._project_id = http, socket, project_id

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, project_id: str) -> AsyncIterator[Neighbours]:
        async with (
            httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http,
            connect(f"{url.replace('http', 'ws', 1)}/ws", compression=None, proxy=None) as socket,
        ):
            neighbours = cls(http, socket, project_id)
            await neighbours.wait(WARM_UP_SECONDS, Waits())
            yield neighbours

    async def compare(
        self, abuse: Callable[[], AbstractAsyncContextManager[object]], rounds: int, turns: int
    ) -> Comparison:
        """So many rounds of so many turns, alone and abused."""
        compared = [Round() for _ in range(rounds)]
        for one in compared:
            for _ in range(turns):
                await self.wait(TURN_SECONDS, one.alone)
                async with abuse():
                    await self.wait(TURN_SECONDS, one.abused)
        return Comparison(compared)

    async def wait(self, seconds: float, waits: Waits) -> None:
        """Call and ping for so long."""
        until = time.perf_counter() + seconds
        await asyncio.gather(self._call(until, waits.calls), self._ping(until, waits.pings))

    async def _call(self, until: float, waits: list[float]) -> None:
        while (began := time.perf_counter()) < until:
            answer = await self._http.get(f"{V1}/projects/{self._project_id}")
            waits.append(time.perf_counter() - began)
            assert answer.status_code == 200, answer.text
            await asyncio.sleep(CALL_PAUSE)

    async def _ping(self, until: float, waits: list[float]) -> None:
        while (began := time.perf_counter()) < until:
            await self._socket.send('{"action": "ping"}')
            answer = json.loads(await self._socket.recv())
            waits.append(time.perf_counter() - began)
            assert answer["event_type"] == "pong", answer
            await asyncio.sleep(PING_PAUSE)
