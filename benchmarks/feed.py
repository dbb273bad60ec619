"""A WebSocket client that timestamps frames on arrival, and is thin enough that the benchmark measures the server."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple, cast

import orjson
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from benchmarks.signing_in import authorization

Event = dict[str, Any]
"""A frame's envelope, with the wall-clock time of its arrival as `received`."""

CONNECT_SECONDS = 10.0

OnFrame = Callable[[float, bytes], None]


def moment(event: Event) -> float:
    """Return an event's timestamp, the database's clock just before the commit, as wall-clock time."""
    return datetime.fromisoformat(event["timestamp"]).timestamp()


class Socket(asyncio.Protocol):
    """One connection to the API. Passes each text frame to `on_frame`, with the time at which its bytes arrived."""

    def __init__(self, url: str, on_frame: OnFrame) -> None:
        self._protocol = ClientProtocol(parse_uri(url), max_size=None)
        self._on_frame = on_frame
        self._transport: asyncio.Transport
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def connect(cls, url: str, on_frame: OnFrame) -> Socket:
        url = url.replace("http", "ws", 1)
        where = parse_uri(url)
        _, socket = await asyncio.get_running_loop().create_connection(
            lambda: cls(url, on_frame), where.host, where.port
        )
        await asyncio.wait_for(socket.open, CONNECT_SECONDS)
        return socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        request = self._protocol.connect()
        request.headers.update(authorization())
        self._protocol.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._protocol.receive_data(data)
        self._flush()
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._on_frame(now, bytes(event.data))
            elif isinstance(event, Response) and not self.open.done():
                self._complete_handshake()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(ConnectionError("the WebSocket was refused"))

    def send(self, message: object) -> None:
        self._protocol.send_text(orjson.dumps(message))
        self._flush()

    def close(self) -> None:
        self._transport.close()

    def _complete_handshake(self) -> None:
        if self._protocol.handshake_exc:
            self.open.set_exception(self._protocol.handshake_exc)
        else:
            self.open.set_result(None)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)


class Asked(NamedTuple):
    """A HITL request, and the hash of what it asks about, with which it is answered."""

    request_id: str
    subject: str | None


class Feed:
    """One socket that follows projects from their first events on."""

    def __init__(self) -> None:
        self.events: dict[str, list[Event]] = defaultdict(list)
        """All numbered events so far, by project."""
        self._awaited: dict[str, list[tuple[dict[str, object], asyncio.Future[Event]]]] = defaultdict(list)
        self._socket: Socket

    @classmethod
    @asynccontextmanager
    async def connected(cls, url: str) -> AsyncIterator[Feed]:
        feed = cls()
        feed._socket = await Socket.connect(f"{url}/ws", feed._on_frame)
        try:
            yield feed
        finally:
            feed._socket.close()

    def follow(self, project_id: str) -> None:
        self._socket.send({"action": "subscribe", "project_id": project_id, "since": 0})

    async def event(self, project_id: str, event_type: str, **data: object) -> Event:
        """Wait for the project's first event of that type with that data, and return it."""
        wanted = {"event_type": event_type, **data}
        for event in self.events[project_id]:
            if _matches(event, wanted):
                return event
        found: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._awaited[project_id].append((wanted, found))
        return await found

    async def request(self, project_id: str) -> Asked:
        """Wait for the project's first HITL request."""
        data = (await self.event(project_id, "hitl_request"))["data"]
        return Asked(data["request_id"], data.get("subject_hash"))

    async def completed(self, project_id: str) -> None:
        await self.event(project_id, "workflow_event", status="completed")

    def _on_frame(self, received: float, text: bytes) -> None:
        event: Event = orjson.loads(text)
        if event["seq"] is None:
            return
        event["received"] = received
        project_id = event["project_id"]
        self.events[project_id].append(event)
        if awaited := self._awaited.get(project_id):
            self._awaited[project_id] = [each for each in awaited if not _settle(event, *each)]


def _matches(event: Event, wanted: dict[str, object]) -> bool:
    found = {**event["data"], "event_type": event["event_type"]}
    return all(found.get(name) == value for name, value in wanted.items())


def _settle(event: Event, wanted: dict[str, object], found: asyncio.Future[Event]) -> bool:
    if found.done():
        return True
    if _matches(event, wanted):
        found.set_result(event)
        return True
    return False


@asynccontextmanager
async def feeds(url: str, count: int) -> AsyncIterator[Sequence[Feed]]:
    """Connect several sockets, since one can follow at most a hundred projects."""
    async with AsyncExitStack() as opened:
        yield [await opened.enter_async_context(Feed.connected(url)) for _ in range(count)]
