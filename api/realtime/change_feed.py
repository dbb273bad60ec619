"""How far every project's log reaches, as one process knows it while somebody watches."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from api.realtime import frames
from api.realtime.changes_subscription import ChangesSubscription
from api.realtime.event_log_reader import UNAVAILABLE, EventLogReader
from api.realtime.redis_subscriber import RedisSubscriber
from api.realtime.throttle import Throttle

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
COMPARE_SECONDS = 5.0  # between comparisons with PostgreSQL while all is well
MARGIN = timedelta(minutes=1)  # by which the clocks of other processes may be behind ours
CHANGES_AT_ONCE = 64


class ChangeFeed:
    """Tells all who watch of every log that grows. It hears of it from Redis, and compares with PostgreSQL: now and
    then, often while Redis is doubtful, and when Redis is back. While no one watches it does nothing.

    What it remembers are the projects that may still change, and those of the last minute: those that have ended are
    forgotten.
    """

    def __init__(self, subscriber: RedisSubscriber, channel: str, log_reader: EventLogReader) -> None:
        self._subscriber, self._channel, self._log_reader = subscriber, channel, log_reader
        self._watchings: set[ChangesSubscription] = set()
        self._heads: dict[UUID, int] = {}
        self._throttle = Throttle(self._tell)
        self._due = asyncio.Event()
        self._known = asyncio.Event()
        self._compared = datetime.now(UTC)

    def join(self, watching: ChangesSubscription) -> None:
        if not self._watchings:
            self._subscriber.follow(self._channel, self._hear, self._resumed)
            self._compared = datetime.now(UTC)
            self._due.set()
        self._watchings.add(watching)

    def leave(self, watching: ChangesSubscription) -> None:
        if watching not in self._watchings:
            return
        self._watchings.discard(watching)
        if not self._watchings:
            self._subscriber.unfollow(self._channel)
            self._heads.clear()
            self._known.clear()

    async def ready(self) -> None:
        """Wait until whatever is committed from then on will be told to who has joined."""
        await self._subscriber.listening(self._channel)
        # The comparison may have been some time ago: the next one then tells more than is new, and never less.
        await self._known.wait()

    async def run(self) -> None:
        """Compare with PostgreSQL until cancelled."""
        loop = asyncio.get_running_loop()
        compared, done = loop.time(), True
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS if self._watchings else None):
                    await self._due.wait()
            due = self._due.is_set() or self._subscriber.stale or loop.time() - compared >= COMPARE_SECONDS
            self._due.clear()
            if self._watchings and (due or not done):
                compared = loop.time()
                done = await self._compare()

    def _hear(self, message: bytes) -> None:
        try:
            heads = frames.grown(message)
        except ValueError as error:
            log.warning("message_not_relayed", channel=self._channel, reason=str(error))
            return
        for project_id, head in heads.items():
            if head > self._heads.get(project_id, 0):
                self._heads[project_id] = head
                if self._known.is_set():  # before that, no one is ready to be told
                    self._throttle.offer(project_id, head)

    def _resumed(self) -> None:
        if self._known.is_set():
            self._due.set()

    def _tell(self, project_id: UUID, head: int) -> None:
        if self._watchings:
            text = frames.changed(project_id, head)
            for watching in tuple(self._watchings):
                watching.tell(project_id, text)

    async def _compare(self) -> bool:
        """Find out which logs have grown, and tell; False where PostgreSQL is away."""
        begun, before = datetime.now(UTC), self._heads.copy()
        try:
            found = await self._log_reader.heads_under_way(self._compared - MARGIN)
            ended = before.keys() - found.keys()
            found |= await self._log_reader.heads(ended) if ended else {}
        except UNAVAILABLE as error:
            log.warning("projects_not_compared", reason=repr(error))
            for watching in tuple(self._watchings):
                watching.wait_longer()
            return False
        if not self._watchings:
            return True
        changed = {}
        for project_id, head in found.items():
            known = self._heads.get(project_id, 0)
            # What is published was committed before: a number heard before the read, and not found by it, was false.
            if head > known or head < known == before.get(project_id):
                changed[project_id] = head
        self._heads |= changed
        self._compared = begun
        if self._known.is_set():
            await self._offer(changed)
        else:
            self._known.set()
        for project_id in ended:
            self._heads.pop(project_id, None)
        return True

    async def _offer(self, changed: dict[UUID, int]) -> None:
        for number, (project_id, head) in enumerate(changed.items(), 1):
            if self._heads.get(project_id) == head:  # not overtaken by what was heard meanwhile
                self._throttle.offer(project_id, head)
            if number % CHANGES_AT_ONCE == 0:
                await asyncio.sleep(0)  # let the sockets send
