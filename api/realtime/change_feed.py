"""The head of every project's log, as one process knows it while clients watch all projects."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from api.realtime import frames
from api.realtime.event_log_reader import UNAVAILABLE, EventLogReader
from api.realtime.interfaces import ChangeListener
from api.realtime.redis_subscriber import RedisSubscriber
from api.realtime.throttle import Throttle

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
COMPARE_SECONDS = 5.0  # between comparisons with PostgreSQL while Redis works
CLOCK_SKEW = timedelta(minutes=1)  # by which the clocks of other processes may be behind this one
YIELD_AFTER = 64


class ChangeFeed:
    """Notifies every listener when a project's log grows. It receives the new heads from Redis and compares them with
    PostgreSQL: every few seconds, every second while Redis is stale, and when Redis is back. Without listeners it does
    nothing.

    It remembers the projects that may still change and those of the last minute; projects that have ended are dropped.
    """

    def __init__(self, subscriber: RedisSubscriber, channel: str, log_reader: EventLogReader) -> None:
        self._subscriber, self._channel, self._log_reader = subscriber, channel, log_reader
        self._listeners: set[ChangeListener] = set()
        self._heads: dict[UUID, int] = {}
        self._throttle = Throttle(self._notify)
        self._compare_now = asyncio.Event()
        self._has_heads = asyncio.Event()
        self._compared_at = datetime.now(UTC)

    @property
    def is_throttling(self) -> bool:
        """Whether a project's next head would be delayed, since listeners were notified of it a moment ago."""
        return not self._throttle.is_idle

    @property
    def tracked_projects(self) -> frozenset[UUID]:
        return frozenset(self._heads)

    def join(self, listener: ChangeListener) -> None:
        if not self._listeners:
            self._subscriber.subscribe(self._channel, self._on_message, self._on_subscribed)
            self._compared_at = datetime.now(UTC)
            self._compare_now.set()
        self._listeners.add(listener)

    def leave(self, listener: ChangeListener) -> None:
        if listener not in self._listeners:
            return
        self._listeners.discard(listener)
        if not self._listeners:
            self._subscriber.unsubscribe(self._channel)
            self._heads.clear()
            self._has_heads.clear()

    async def wait_ready(self) -> None:
        """Wait until listeners are notified of everything that is committed from then on."""
        await self._subscriber.wait_subscribed(self._channel)
        # The last comparison may be some time ago: the next one then reports more than is new, and never less.
        await self._has_heads.wait()

    async def run(self) -> None:
        """Compare with PostgreSQL until cancelled."""
        loop = asyncio.get_running_loop()
        compared_at, succeeded = loop.time(), True
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS if self._listeners else None):
                    await self._compare_now.wait()
            is_due = (
                self._compare_now.is_set() or self._subscriber.is_stale or loop.time() - compared_at >= COMPARE_SECONDS
            )
            self._compare_now.clear()
            if self._listeners and (is_due or not succeeded):
                compared_at = loop.time()
                succeeded = await self._compare()

    def _on_message(self, message: bytes) -> None:
        try:
            heads = frames.parse_heads(message)
        except ValueError as error:
            log.warning("message_not_relayed", channel=self._channel, reason=str(error))
            return
        for project_id, head in heads.items():
            if head > self._heads.get(project_id, 0):
                self._heads[project_id] = head
                if self._has_heads.is_set():  # before that, no listener is ready
                    self._throttle.push(project_id, head)

    def _on_subscribed(self) -> None:
        if self._has_heads.is_set():
            self._compare_now.set()

    def _notify(self, project_id: UUID, head: int) -> None:
        if self._listeners:
            text = frames.project_changed(project_id, head)
            for listener in tuple(self._listeners):
                listener.on_change(project_id, text)

    async def _compare(self) -> bool:
        """Find the logs that have grown and notify. Return False if PostgreSQL is unavailable."""
        started_at, before = datetime.now(UTC), self._heads.copy()
        try:
            found = await self._log_reader.heads_of_open_projects(self._compared_at - CLOCK_SKEW)
            ended = before.keys() - found.keys()
            found |= await self._log_reader.heads(ended) if ended else {}
        except UNAVAILABLE as error:
            log.warning("projects_not_compared", reason=repr(error))
            for listener in tuple(self._listeners):
                listener.on_log_unavailable()
            return False
        if not self._listeners:
            return True
        changed = {}
        for project_id, head in found.items():
            known = self._heads.get(project_id, 0)
            # Events are committed before they are published: a head from Redis that came before the read, and that the
            # read did not find, was false.
            if head > known or head < known == before.get(project_id):
                changed[project_id] = head
        self._heads |= changed
        self._compared_at = started_at
        if self._has_heads.is_set():
            await self._push_all(changed)
        else:
            self._has_heads.set()
        for project_id in ended:
            self._heads.pop(project_id, None)
        return True

    async def _push_all(self, changed: dict[UUID, int]) -> None:
        for number, (project_id, head) in enumerate(changed.items(), 1):
            if self._heads.get(project_id) == head:  # Redis has not reported a newer one in the meantime
                self._throttle.push(project_id, head)
            if number % YIELD_AFTER == 0:
                await asyncio.sleep(0)  # let the sockets send
