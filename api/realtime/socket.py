"""One client's socket: what it follows, what waits for it, and how it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.realtime import frames
from api.realtime.changes_subscription import ChangesSubscription
from api.realtime.client_frames import (
    BadRequestError,
    Ping,
    Request,
    Subscribe,
    Unsubscribe,
    Unwatch,
    Watch,
    read_frame,
)
from api.realtime.close_codes import CloseCode, Problem
from api.realtime.project_subscription import ProjectSubscription
from api.realtime.rate_limit import RateLimit
from api.realtime.send_buffer import SendBuffer
from api.realtime.websocket_protocol import ABORT

if TYPE_CHECKING:
    from api.realtime.hub import Hub

log = structlog.get_logger(__name__)

MAX_PROJECTS = 100
STALL_SECONDS = 30.0  # a frame that could not be sent for so long says that no one reads
LINGER_SECONDS = 30.0  # how long a slow reader may take to come to the close frame
HANG_UP_SECONDS = 15.0  # how long it may take from there; uvicorn waits 10 for the answer
FRAMES_AT_ONCE = 16


class Socket:
    """An accepted WebSocket. Everything that it sends goes through its outbox, and one writer."""

    def __init__(self, websocket: WebSocket, hub: Hub, queue: int) -> None:
        self._websocket, self._hub = websocket, hub
        self._send_buffer = SendBuffer(queue)
        self._followings: dict[UUID, ProjectSubscription] = {}
        self._watching: ChangesSubscription | None = None
        self._rate_limit = RateLimit(asyncio.get_running_loop().time())
        self._close: tuple[CloseCode, str] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self.ended = asyncio.Event()
        # The outbox takes up to its half from the log, and then in one go what was held.
        self.hold = queue // 4

    async def run(self, first: Subscribe | BadRequestError | None) -> None:
        """Serve the client until either side ends it."""
        reader = asyncio.create_task(self._read())
        self._writer = asyncio.create_task(self._write())
        try:
            if isinstance(first, Subscribe):
                self._subscribe(first, must_exist=True)
            elif first is not None:
                self.send(frames.error(first.code, str(first)))
                self.close(CloseCode.BAD_REQUEST, str(first))
            await asyncio.wait({reader, self._writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._leave()
            if self._deadline is not None:
                self._deadline.cancel()
            self._hang_up(now=self._writer.cancelled())
            reader.cancel()
            self._writer.cancel()
            for outcome in await asyncio.gather(reader, self._writer, return_exceptions=True):
                if isinstance(outcome, Exception):
                    log.error("socket_failed", exc_info=outcome)

    def send(self, text: str) -> None:
        """Queue a frame; where there is no room, the reader is too slow, and may resume on another socket."""
        if not self._send_buffer.put(text):
            self.close(CloseCode.TOO_SLOW, "reading too slowly; resume with since")

    async def room(self) -> None:
        await self._send_buffer.room()

    def close(self, code: CloseCode, reason: str) -> None:
        """End the socket: what waits goes out first, unless there is no time for it."""
        if self._close is not None:
            return
        self._close = code, reason
        self._leave()
        self._send_buffer.end(discard=code in (CloseCode.TOO_SLOW, CloseCode.SERVICE_RESTART))
        if self._writer is not None:
            self._deadline = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._writer.cancel)

    def fail(self) -> None:
        self.close(CloseCode.SERVER_ERROR, "internal error; resume with since")

    def refuse(self, project_id: UUID, *, must_exist: bool) -> None:
        """Say that a project is unknown."""
        self.send(frames.error(Problem.UNKNOWN_PROJECT, "no such project", project_id))
        if must_exist:
            self.close(CloseCode.UNKNOWN_PROJECT, "no such project")
        elif following := self._followings.pop(project_id, None):
            following.stop()

    def check(self) -> None:
        """Close it where its reader stopped reading."""
        if self._send_buffer.stalled(STALL_SECONDS):
            self.close(CloseCode.TOO_SLOW, "not reading; resume with since")

    def _leave(self) -> None:
        while self._followings:
            self._followings.popitem()[1].stop()
        self._unwatch()

    def _hang_up(self, *, now: bool) -> None:
        # A closed connection first sends what it holds, for which a peer that does not read makes it wait for ever.
        if abort := self._websocket.scope.get("extensions", {}).get(ABORT):
            asyncio.get_running_loop().call_later(0 if now else HANG_UP_SECONDS, abort)

    async def _write(self) -> None:
        sent = 0
        try:
            while (text := await self._send_buffer.take()) is not None:
                await self._websocket.send({"type": "websocket.send", "text": text})
                sent += 1
                if sent % FRAMES_AT_ONCE == 0:
                    await asyncio.sleep(0)  # sending into a free buffer does not pause
            assert self._close is not None
            await self._websocket.close(*self._close)
        except (WebSocketDisconnect, RuntimeError):
            return  # the peer is gone, or the server has closed it

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        received = 0
        while (message := await self._websocket.receive())["type"] == "websocket.receive":
            received += 1
            if received % FRAMES_AT_ONCE == 0:
                await asyncio.sleep(0)  # nor does receiving what has come already
            if self._close is not None:
                continue
            if not self._rate_limit.spend(loop.time()):
                self.send(frames.error(Problem.TOO_MANY_FRAMES, "too many frames"))
                self.close(CloseCode.TOO_MANY_FRAMES, "too many frames")
                continue
            try:
                self._answer(read_frame(message.get("text")))
            except BadRequestError as error:
                self.send(frames.error(error.code, str(error)))

    def _answer(self, request: Request) -> None:
        match request:
            case Ping():
                self.send(frames.pong())
            case Subscribe():
                self._subscribe(request, must_exist=False)
            case Unsubscribe():
                if following := self._followings.pop(request.project_id, None):
                    following.stop()
                else:
                    self.send(frames.error(Problem.NOT_FOLLOWED, "this socket does not follow it", request.project_id))
            case Watch():
                self._watch()
            case Unwatch():
                if not self._unwatch():
                    self.send(frames.error(Problem.NOT_WATCHING, "this socket does not watch"))

    def _watch(self) -> None:
        if self._watching is not None:
            self.send(frames.error(Problem.ALREADY_WATCHING, "watching already"))
            return
        self._watching = ChangesSubscription(self, self._hub.change_feed)
        self._watching.start()

    def _unwatch(self) -> bool:
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.stop()
        return watching is not None

    def _subscribe(self, request: Subscribe, *, must_exist: bool) -> None:
        if request.project_id in self._followings:
            self.send(frames.error(Problem.ALREADY_FOLLOWED, "already followed", request.project_id))
        elif len(self._followings) >= MAX_PROJECTS:
            message = f"one socket follows at most {MAX_PROJECTS} projects"
            self.send(frames.error(Problem.TOO_MANY_PROJECTS, message, request.project_id))
        else:
            following = ProjectSubscription(self, self._hub, request.project_id, request.since)
            self._followings[request.project_id] = following
            following.start(must_exist=must_exist)
