"""A WebSocket client that reconnects and resumes where it was."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.faults.deliveries import SETTLED, Caller
from tests.faults.fault_stack import FaultStack
from tests.faults.supervised_process import SupervisedProcess
from tests.signing_in import AUTHORIZATION
from tests.waiting import eventually

MOST_PROJECTS = 90
"""A socket may follow a hundred projects."""
PAUSE_SECONDS = 0.1


class Listener:
    """Follows projects from their first event on, and keeps every sequence number in the order of arrival."""

    def __init__(self, stack: FaultStack, api: SupervisedProcess) -> None:
        self.received: dict[str, list[int]] = {}
        """The numbers that arrived, by project."""
        self.closed: Counter[int] = Counter()
        """The number of closed connections by close code."""
        self._house, self._api = stack, api
        self._ended: set[str] = set()
        self._connection: ClientConnection | None = None
        self._subscribing: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def connected(cls, stack: FaultStack, api: SupervisedProcess) -> AsyncIterator[Listener]:
        listener = cls(stack, api)
        listening = asyncio.create_task(listener._run())
        try:
            await eventually(listener._is_connected)
            yield listener
        finally:
            listening.cancel()
            await asyncio.wait([listening])

    def follow(self, project_id: str) -> None:
        """Follow a project until an event reports its end."""
        self.received[project_id] = []
        assert len(self.received) - len(self._ended) < MOST_PROJECTS
        if self._connection is not None:
            self._start(self._subscribe(self._connection, project_id))

    def _start(self, sending: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(sending)
        self._subscribing.add(task)
        task.add_done_callback(self._subscribing.discard)

    async def check_complete(self) -> int:
        """Wait for all events and return their number; fail if one is missing or was received twice."""
        total = 0
        for project_id, received in self.received.items():
            (project,) = await self._house.rows("SELECT last_seq FROM project WHERE id = %s", project_id)

            async def caught_up(wanted: int = project["last_seq"], received: list[int] = received) -> bool:
                return bool(received) and received[-1] >= wanted

            await eventually(caught_up)
            assert received == list(range(1, project["last_seq"] + 1)), received
            total += len(received)
        return total

    async def _run(self) -> None:
        while True:
            try:
                async with connect(
                    self._api.component.address.replace("http", "ws") + "/ws",
                    proxy=None,
                    additional_headers=AUTHORIZATION,
                ) as connection:
                    self._connection = connection
                    for project_id in self.received.keys() - self._ended:
                        await self._subscribe(connection, project_id)
                    async for message in connection:
                        frame = json.loads(message)
                        if frame["seq"] is not None:
                            self.received[frame["project_id"]].append(frame["seq"])
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
        received = self.received[project_id]
        subscription = {"action": "subscribe", "project_id": project_id, "since": received[-1] if received else 0}
        await connection.send(json.dumps(subscription))

    async def _is_connected(self) -> bool:
        return self._connection is not None


@asynccontextmanager
async def connected_listeners(stack: FaultStack, caller: Caller, each: int = 2) -> AsyncIterator[Sequence[Listener]]:
    """Connect some clients to each API; they follow every project that `caller` starts."""
    async with AsyncExitStack() as exits:
        clients = [
            await exits.enter_async_context(Listener.connected(stack, api)) for api in stack.apis for _ in range(each)
        ]
        caller.on_start += [listener.follow for listener in clients]
        yield clients
