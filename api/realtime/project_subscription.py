"""One socket following one project."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import structlog

from api.realtime import frames
from api.realtime.close_codes import Problem
from api.realtime.event_log_reader import UNAVAILABLE
from api.realtime.frames import Frame
from api.realtime.sequencer import EventSequencer

if TYPE_CHECKING:
    from api.realtime.hub import Hub
    from api.realtime.socket import Socket

log = structlog.get_logger(__name__)

T = TypeVar("T")

# Two writers may publish in the other order than they committed, and a head may be read before its event is heard:
# give the live events so long before a gap is looked up in the log.
GRACE_SECONDS = 0.03
BACKOFF_SECONDS = 2.0


class ProjectSubscription:
    """Gives the events of a project to a socket: first from the log, then as they are heard, gaps from the log."""

    def __init__(self, socket: Socket, hub: Hub, project_id: UUID, since: int | None) -> None:
        self.project_id = project_id
        self._socket, self._hub, self._since = socket, hub, since
        self._sequence = EventSequencer(hold=socket.hold)
        self._reading: asyncio.Task[None] | None = None

    def start(self, *, must_exist: bool) -> None:
        """Join the project; an unknown one closes the socket where it must exist, and else leaves it an error frame."""
        self._hub.join(self)
        self._read(lambda: self._open(must_exist))

    def stop(self) -> None:
        self._hub.leave(self)
        if self._reading is not None:
            self._reading.cancel()

    @property
    def ready(self) -> bool:
        return self._sequence.last is not None

    def offer(self, frame: Frame) -> None:
        """Take what was heard."""
        if frame.seq is not None:
            for text in self._sequence.take(frame.seq, frame.text):
                self._socket.send(text)
            self._catch_up()
        elif self.ready:
            self._socket.send(frame.text)

    def expect(self, head: int) -> None:
        """Learn where the log ends."""
        if self.ready:
            self._sequence.expect(head)
            self._catch_up()

    def beat(self, text: str) -> None:
        if self.ready:
            self._socket.send(text)

    def _catch_up(self) -> None:
        if self._sequence.behind and self._reading is None:
            self._read(lambda: self._fill(GRACE_SECONDS))

    def _read(self, work: Callable[[], Awaitable[None]]) -> None:
        async def supervised() -> None:
            try:
                await work()
            except Exception:
                log.exception("following_failed", project_id=str(self.project_id))
                self._socket.fail()
            finally:
                self._reading = None

        self._reading = asyncio.create_task(supervised())

    async def _open(self, must_exist: bool) -> None:
        await self._hub.listening(self.project_id)
        head = (await self._patiently(partial(self._hub.log_reader.heads, [self.project_id]))).get(self.project_id)
        if head is None:
            self._socket.refuse(self.project_id, must_exist=must_exist)
            return
        since = head if self._since is None else self._since
        if since > head:
            self._socket.send(frames.since_past_head(self.project_id, since, head))
            since = head
        self._hub.saw(self.project_id, head)
        self._socket.send(frames.ready(self.project_id, head))
        for text in self._sequence.start(since, head):
            self._socket.send(text)
        await self._fill(0)

    async def _fill(self, grace: float) -> None:
        await asyncio.sleep(grace)
        while (last := self._sequence.last) is not None and self._sequence.behind:
            target = self._sequence.target
            page = await self._patiently(partial(self._hub.log_reader.page, self.project_id, last))
            for frame in page:
                await self._socket.room()
                for text in self._sequence.take(frame.seq or 0, frame.text):
                    self._socket.send(text)
            if not page:
                self._sequence.exhausted(target)

    async def _patiently(self, read: Callable[[], Awaitable[T]]) -> T:
        """Read, again and again while PostgreSQL is away; the client is told once."""
        delay = 0.1
        while True:
            try:
                return await read()
            except UNAVAILABLE:
                if delay == 0.1:
                    message = "the log cannot be read now; what is missing follows when it can"
                    self._socket.send(frames.error(Problem.LOG_UNAVAILABLE, message, self.project_id))
                await asyncio.sleep(delay)
                delay = min(BACKOFF_SECONDS, delay * 2)
