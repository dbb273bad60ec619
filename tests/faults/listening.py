"""A client of the WebSocket that goes on where it was, whatever ends its connection."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.faults.deliveries import SETTLED, Caller
from tests.faults.house import House
from tests.faults.supervised import Supervised
from tests.waiting import eventually

MOST_PROJECTS = 90
"""A socket may follow a hundred."""
PAUSE_SECONDS = 0.1


class Listener:
    """Follows projects from their first event on; an event that comes twice, or out of turn, is heard as it came."""

    def __init__(self, house: House, api: Supervised) -> None:
        self.heard: dict[str, list[int]] = {}
        """The numbers that came, by project, in their order."""
        self.closed: Counter[int] = Counter()
        """How its connections ended, by code."""
        self._house, self._api = house, api
        self._ended: set[str] = set()
        self._connection: ClientConnection | None = None
        self._subscribing: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def opened(cls, house: House, api: Supervised) -> AsyncIterator[Listener]:
        listener = cls(house, api)
        listening = asyncio.create_task(listener._run())
        try:
            await eventually(listener._connected)
            yield listener
        finally:
            listening.cancel()
            await asyncio.wait([listening])

    def follow(self, project_id: str) -> None:
        """Follow a project until it has been told to have ended."""
        self.heard[project_id] = []
        assert len(self.heard) - len(self._ended) < MOST_PROJECTS
        if self._connection is not None:
            self._begin(self._subscribe(self._connection, project_id))

    def _begin(self, sending: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(sending)
        self._subscribing.add(task)
        task.add_done_callback(self._subscribing.discard)

    async def all_heard(self) -> int:
        """How many events it has heard once it has heard all there are; fails where one is missing, or came twice."""
        total = 0
        for project_id, heard in self.heard.items():
            (project,) = await self._house.rows("SELECT last_seq FROM project WHERE id = %s", project_id)

            async def look(wanted: int = project["last_seq"], heard: list[int] = heard) -> bool:
                return bool(heard) and heard[-1] >= wanted

            await eventually(look)
            assert heard == list(range(1, project["last_seq"] + 1)), heard
            total += len(heard)
        return total

    async def _run(self) -> None:
        while True:
            try:
                async with connect(self._api.component.address.replace("http", "ws") + "/ws", proxy=None) as connection:
                    self._connection = connection
                    for project_id in self.heard.keys() - self._ended:
                        await self._subscribe(connection, project_id)
                    async for message in connection:
                        frame = json.loads(message)
                        if frame["seq"] is not None:
                            self.heard[frame["project_id"]].append(frame["seq"])
                        if frame["event_type"] == "workflow_event" and frame["data"]["status"] in SETTLED:
                            self._ended.add(frame["project_id"])
                            leave = {"action": "unsubscribe", "project_id": frame["project_id"]}
                            await connection.send(json.dumps(leave))
            except ConnectionClosed as closed:
                self.closed[closed.rcvd.code if closed.rcvd else 1006] += 1
            except (OSError, InvalidHandshake, TimeoutError):
                pass
            self._connection = None
            await asyncio.sleep(PAUSE_SECONDS)

    async def _subscribe(self, connection: ClientConnection, project_id: str) -> None:
        heard = self.heard[project_id]
        subscription = {"action": "subscribe", "project_id": project_id, "since": heard[-1] if heard else 0}
        await connection.send(json.dumps(subscription))

    async def _connected(self) -> bool:
        return self._connection is not None


@asynccontextmanager
async def listeners(house: House, caller: Caller, each: int = 2) -> AsyncIterator[Sequence[Listener]]:
    """Some clients at each API, who follow whatever `caller` begins."""
    async with AsyncExitStack() as stack:
        found = [
            await stack.enter_async_context(Listener.opened(house, api)) for api in house.apis for _ in range(each)
        ]
        caller.begun += [one.follow for one in found]
        yield found
