"""One socket's subscription to one project."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog

from api.realtime import frames
from api.realtime.close_codes import ErrorCode
from api.realtime.event_log_reader import UNAVAILABLE
from api.realtime.frames import Frame
from api.realtime.hub import Hub
from api.realtime.interfaces import Connection
from api.realtime.sequencer import EventSequencer

log = structlog.get_logger(__name__)

T = TypeVar("T")

# Two writers may publish in another order than they committed, and a head may be read before its event arrives from
# Redis: give the live events this time before the log is read to fill a gap.
GRACE_SECONDS = 0.03
BACKOFF_SECONDS = 2.0


class ProjectSubscription:
    """Sends a project's events to a socket: first from the log, then live from Redis, with gaps filled from the log."""

    def __init__(self, connection: Connection, hub: Hub, project_id: UUID, since: int | None) -> None:
        self.project_id = project_id
        self._connection, self._hub, self._since = connection, hub, since
        self._sequencer = EventSequencer(max_held=connection.max_held)
        self._reading: asyncio.Task[None] | None = None
        self._must_exist = False

    def start(self, *, must_exist: bool) -> None:
        """Join the project. If it does not exist, send an error frame, and close the socket if `must_exist`."""
        self._must_exist = must_exist
        self._hub.join(self)
        self._start_reading(self._open)

    def stop(self) -> None:
        self._hub.leave(self)
        if self._reading is not None:
            self._reading.cancel()

    @property
    def is_ready(self) -> bool:
        return self._sequencer.last is not None

    def on_message(self, frame: Frame) -> None:
        if frame.seq is not None:
            for text in self._sequencer.push(frame.seq, frame.text):
                self._connection.enqueue(text)
            self._catch_up()
        elif self.is_ready:
            self._connection.enqueue(frame.text)

    def on_head(self, head: int) -> None:
        if self.is_ready:
            self._sequencer.raise_target(head)
            self._catch_up()

    def on_removed(self) -> None:
        if self.is_ready:
            self._connection.reject_unknown_project(self.project_id, close=self._must_exist)

    def on_heartbeat(self, text: str) -> None:
        if self.is_ready:
            self._connection.enqueue(text)

    def _catch_up(self) -> None:
        if self._sequencer.is_behind and self._reading is None:
            self._start_reading(lambda: self._fill_gap(GRACE_SECONDS))

    def _start_reading(self, work: Callable[[], Awaitable[None]]) -> None:
        async def supervised() -> None:
            try:
                await work()
            except Exception:
                log.exception("project_subscription_failed", project_id=str(self.project_id))
                self._connection.close_with_error()
            finally:
                self._reading = None

        self._reading = asyncio.create_task(supervised())

    async def _open(self) -> None:
        await self._hub.wait_subscribed(self.project_id)
        heads = await self._retry_while_unavailable(partial(self._hub.log_reader.heads, [self.project_id]))
        head = heads.get(self.project_id)
        if head is None or not await self._retry_while_unavailable(partial(self._connection.may_see, self.project_id)):
            self._connection.reject_unknown_project(self.project_id, close=self._must_exist)
            return
        since = head if self._since is None else self._since
        if since > head:
            self._connection.enqueue(frames.since_past_head(self.project_id, since, head))
            since = head
        self._hub.record_head(self.project_id, head)
        self._hub.lag.begin(self.project_id, head)
        self._connection.enqueue(frames.connection_ready(self.project_id, head))
        for text in self._sequencer.start(since, head):
            self._connection.enqueue(text)
        await self._fill_gap(0)

    async def _fill_gap(self, grace: float) -> None:
        await asyncio.sleep(grace)
        while (last := self._sequencer.last) is not None and self._sequencer.is_behind:
            target = self._sequencer.target
            page = await self._retry_while_unavailable(partial(self._hub.log_reader.page, self.project_id, last))
            for frame in page:
                await self._connection.wait_for_space()
                for text in self._sequencer.push(frame.seq or 0, frame.text):
                    self._connection.enqueue(text)
                self._hub.lag.pushed(self.project_id, frame)
            if not page:
                self._sequencer.log_exhausted(target)

    async def _retry_while_unavailable(self, read: Callable[[], Awaitable[T]]) -> T:
        """Read, and retry while PostgreSQL is unavailable; the client gets one error frame."""
        delay = 0.1
        while True:
            try:
                return await read()
            except UNAVAILABLE:
                if delay == 0.1:
                    message = "the log is unavailable; missing events follow when it is back"
                    self._connection.enqueue(frames.error(ErrorCode.LOG_UNAVAILABLE, message, self.project_id))
                await asyncio.sleep(delay)
                delay = min(BACKOFF_SECONDS, delay * 2)
