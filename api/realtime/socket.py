"""One client's WebSocket: its subscriptions, its send buffer, and how it is closed."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.utils import ClientDisconnected

from api.auth.caller import Caller
from api.realtime import frames
from api.realtime.changes_subscription import ChangesSubscription
from api.realtime.client_frames import (
    BadRequestError,
    ClientFrame,
    Ping,
    Subscribe,
    Unsubscribe,
    Unwatch,
    Watch,
    read_frame,
)
from api.realtime.close_codes import CloseCode, ErrorCode
from api.realtime.hub import Hub
from api.realtime.live_subscription import LiveSubscription
from api.realtime.project_subscription import ProjectSubscription
from api.realtime.rate_limit import RateLimit
from api.realtime.send_buffer import TEXTS_AT_ONCE, SendBuffer
from api.realtime.websocket_protocol import ABORT, SEND_TEXTS, SendTexts
from models.contracts.identity import Permission

log = structlog.get_logger(__name__)

MAX_PROJECTS = 100
STALL_SECONDS = 30.0  # a client that does not take a frame for this time is not reading
LINGER_SECONDS = 30.0  # how long a slow reader may take to reach the close frame
DISCONNECT_SECONDS = 15.0  # how long it may take from there; uvicorn waits 10 for the answer
FRAMES_AT_ONCE = 16
DISCARDING = (CloseCode.TOO_SLOW, CloseCode.SERVICE_RESTART, CloseCode.NOT_SIGNED_IN, CloseCode.FORBIDDEN)
"""After these, waiting frames are not sent."""


class Socket:
    """An accepted WebSocket. Everything that it sends goes through its send buffer and one writer task."""

    def __init__(self, websocket: WebSocket, hub: Hub, caller: Caller, queue_size: int) -> None:
        self._websocket, self._hub = websocket, hub
        self.caller = caller
        self._send_buffer = SendBuffer(queue_size)
        self._projects: dict[UUID, ProjectSubscription] = {}
        self._live: dict[UUID, LiveSubscription] = {}
        self._changes: ChangesSubscription | None = None
        self._rate_limit = RateLimit(asyncio.get_running_loop().time())
        self._close: tuple[CloseCode, str] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self.ended = asyncio.Event()
        # Frames from the log fill the send buffer up to its half; then the held events follow in one go.
        self.max_held = queue_size // 4

    async def run(self, first: Subscribe | BadRequestError | None) -> None:
        """Serve the client until either side closes the socket."""
        reader = asyncio.create_task(self._read())
        self._writer = asyncio.create_task(self._send_frames())
        try:
            if isinstance(first, Subscribe):
                self._subscribe(first, must_exist=True)
            elif first is not None:
                self.enqueue(frames.error(first.code, str(first)))
                self.close(CloseCode.BAD_REQUEST, str(first))
            await asyncio.wait({reader, self._writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stop_subscriptions()
            if self._deadline is not None:
                self._deadline.cancel()
            self._schedule_abort(now=self._writer.cancelled())
            reader.cancel()
            self._writer.cancel()
            for outcome in await asyncio.gather(reader, self._writer, return_exceptions=True):
                if isinstance(outcome, Exception):
                    log.error("socket_failed", exc_info=outcome)

    def enqueue(self, text: str) -> None:
        """Enqueue a frame. If the buffer is full, the reader is too slow; it may resume on another socket."""
        if not self._send_buffer.put_nowait(text):
            self.close(CloseCode.TOO_SLOW, "reading too slowly; resume with since")

    async def wait_for_space(self) -> None:
        await self._send_buffer.wait_for_space()

    @property
    def followed(self) -> tuple[UUID, ...]:
        return tuple(project_id for project_id, one in self._projects.items() if one.is_ready)

    def sees(self, project_id: UUID) -> bool:
        return self.caller.may(Permission.READ, project_id)

    async def may_see(self, project_id: UUID) -> bool:
        if not self.sees(project_id):
            self.caller = await self._hub.authenticator.refresh(self.caller) or self.caller
        return self.sees(project_id)

    @property
    def is_closing(self) -> bool:
        return self._close is not None

    def close(self, code: CloseCode, reason: str) -> None:
        """Close the socket. Waiting frames are sent first, unless the code means that there is no time for them."""
        if self._close is not None:
            return
        self._close = code, reason
        self._stop_subscriptions()
        self._send_buffer.end(discard=code in DISCARDING)
        if self._writer is not None:
            self._deadline = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._writer.cancel)

    def close_with_error(self) -> None:
        self.close(CloseCode.SERVER_ERROR, "internal error; resume with since")

    def close_if_stalled(self) -> None:
        if self._send_buffer.is_stalled(STALL_SECONDS):
            self.close(CloseCode.TOO_SLOW, "not reading; resume with since")

    def reject_unknown_project(self, project_id: UUID, *, close: bool) -> None:
        self.enqueue(frames.error(ErrorCode.UNKNOWN_PROJECT, "no such project", project_id))
        if close:
            self.close(CloseCode.UNKNOWN_PROJECT, "no such project")
        else:
            self._unsubscribe(project_id)

    def _stop_subscriptions(self) -> None:
        for project_id in tuple(self._projects):
            self._unsubscribe(project_id)
        self._unwatch()

    def _unsubscribe(self, project_id: UUID) -> bool:
        subscription, live = self._projects.pop(project_id, None), self._live.pop(project_id, None)
        if live is not None:
            live.stop()
        if subscription is not None:
            subscription.stop()
        return subscription is not None

    def _schedule_abort(self, *, now: bool) -> None:
        # A closed connection first sends what it has buffered; a peer that does not read would delay it forever.
        if abort := self._websocket.scope.get("extensions", {}).get(ABORT):
            asyncio.get_running_loop().call_later(0 if now else DISCONNECT_SECONDS, abort)

    async def _send_frames(self) -> None:
        """Send the queued frames."""
        send: SendTexts = self._websocket.scope["extensions"][SEND_TEXTS]
        try:
            while (texts := await self._send_buffer.get()) is not None:
                await send(texts)
                if len(texts) == TEXTS_AT_ONCE:
                    await asyncio.sleep(0)  # sending into a free buffer does not yield
            assert self._close is not None
            await self._websocket.close(*self._close)
        except (WebSocketDisconnect, ClientDisconnected, RuntimeError):
            return  # the peer has disconnected, or the server has closed the connection

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        received = 0
        while (message := await self._websocket.receive())["type"] == "websocket.receive":
            received += 1
            if received % FRAMES_AT_ONCE == 0:
                await asyncio.sleep(0)  # receiving buffered frames does not yield either
            if self._close is not None:
                continue
            if not self._rate_limit.try_acquire(loop.time()):
                self.enqueue(frames.error(ErrorCode.TOO_MANY_FRAMES, "too many frames"))
                self.close(CloseCode.TOO_MANY_FRAMES, "too many frames")
                continue
            try:
                self._handle(read_frame(message.get("text")))
            except BadRequestError as error:
                self.enqueue(frames.error(error.code, str(error)))

    def _handle(self, request: ClientFrame) -> None:
        match request:
            case Ping():
                self.enqueue(frames.pong())
            case Subscribe():
                self._subscribe(request, must_exist=False)
            case Unsubscribe():
                if not self._unsubscribe(request.project_id):
                    message = "this socket does not follow the project"
                    self.enqueue(frames.error(ErrorCode.NOT_FOLLOWED, message, request.project_id))
            case Watch():
                self._watch()
            case Unwatch():
                if not self._unwatch():
                    self.enqueue(frames.error(ErrorCode.NOT_WATCHING, "this socket is not watching"))

    def _watch(self) -> None:
        if self._changes is not None:
            self.enqueue(frames.error(ErrorCode.ALREADY_WATCHING, "already watching"))
            return
        self._changes = ChangesSubscription(self, self._hub.change_feed)
        self._changes.start()

    def _unwatch(self) -> bool:
        subscription, self._changes = self._changes, None
        if subscription is not None:
            subscription.stop()
        return subscription is not None

    def _subscribe(self, request: Subscribe, *, must_exist: bool) -> None:
        if request.project_id in self._projects:
            self.enqueue(frames.error(ErrorCode.ALREADY_FOLLOWED, "already followed", request.project_id))
        elif len(self._projects) >= MAX_PROJECTS:
            message = f"one socket follows at most {MAX_PROJECTS} projects"
            self.enqueue(frames.error(ErrorCode.TOO_MANY_PROJECTS, message, request.project_id))
        else:
            subscription = ProjectSubscription(self, self._hub, request.project_id, request.since)
            self._projects[request.project_id] = subscription
            subscription.start(must_exist=must_exist)
            if request.live and self.sees(request.project_id):
                self._live[request.project_id] = live = LiveSubscription(self, self._hub.live_feed, request.project_id)
                live.start()
