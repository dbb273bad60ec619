"""The meeting place of all sockets of one process and of everything they follow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

import structlog

from api.realtime import frames
from api.realtime.change_feed import ChangeFeed
from api.realtime.close_codes import CloseCode
from api.realtime.event_log_reader import UNAVAILABLE, EventLogReader
from api.realtime.project_subscription import ProjectSubscription
from api.realtime.project_wakeup import ProjectWakeup
from api.realtime.redis_subscriber import RedisSubscriber
from api.realtime.socket import Socket
from api.server import limits
from config import descriptors
from config.settings import Settings
from store.transaction import Store

log = structlog.get_logger(__name__)

START_SECONDS = 2.0
CLOSE_SECONDS = 2.0
CANCEL_SECONDS = 0.5
TICK_SECONDS = 1.0
COMPARE_SECONDS = 5.0  # between comparisons with the log while all is well


class Hub:
    """Hands what is heard of a project to every socket that follows it, and sees to it that nothing stays unheard."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.settings = settings
        self.log_reader = EventLogReader(store)
        self.sockets: set[Socket] = set()
        self.most = min(settings.websocket_connections, limits.max_websockets(descriptors.limit()))
        if self.most < settings.websocket_connections:
            log.warning("fewer_sockets", most=self.most, reason="the limit of open files is low")
        self.refusing = 0
        """Sockets that were told that there are too many, and may not have hung up yet."""
        self._followings: dict[UUID, set[ProjectSubscription | ProjectWakeup]] = {}
        self._heads: dict[UUID, int] = {}
        self._bus = store.bus
        self._subscriber = RedisSubscriber(self._bus)
        self.change_feed = ChangeFeed(self._subscriber, self._bus.projects_channel, self.log_reader)
        self._unsure: set[UUID] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to listen; returns with Redis connected, or known to be away."""
        works = self._subscriber.run, self._check, self._heartbeat, self.change_feed.run
        self._tasks = [asyncio.create_task(self._forever(work)) for work in works]
        with suppress(TimeoutError):
            await asyncio.wait_for(self._subscriber.attempted(), START_SECONDS)

    async def close(self) -> None:
        """Close every socket with 1012, then stop listening."""
        for socket in tuple(self.sockets):
            socket.close(CloseCode.SERVICE_RESTART, "the server restarts; resume with since")
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(socket.ended.wait() for socket in self.sockets)), CLOSE_SECONDS)
        running = set(self._tasks)
        while running:  # again, should one not have heard: a cancellation that meets an error in a task group is lost
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=CANCEL_SECONDS)
        await self.log_reader.close()

    @property
    def full(self) -> bool:
        return len(self.sockets) >= self.most

    def join(self, following: ProjectSubscription | ProjectWakeup) -> None:
        followings = self._followings.setdefault(following.project_id, set())
        if not followings:
            project_id = following.project_id
            hear, resumed = partial(self._hear, project_id), partial(self._resumed, project_id)
            self._subscriber.follow(self._bus.channel(project_id), hear, resumed)
        followings.add(following)

    def leave(self, following: ProjectSubscription | ProjectWakeup) -> None:
        project_id = following.project_id
        followings = self._followings.get(project_id, set())
        followings.discard(following)
        if not followings and self._followings.pop(project_id, None) is not None:
            self._heads.pop(project_id, None)
            self._unsure.discard(project_id)
            self._subscriber.unfollow(self._bus.channel(project_id))

    async def listening(self, project_id: UUID) -> None:
        """Wait, not for long, until what is published of a followed project is heard."""
        await self._subscriber.listening(self._bus.channel(project_id))

    def saw(self, project_id: UUID, head: int) -> None:
        """Learn how far a log reaches."""
        if project_id in self._followings:
            self._heads[project_id] = max(head, self._heads.get(project_id, 0))

    def _hear(self, project_id: UUID, message: bytes) -> None:
        try:
            frame = frames.published(message)
        except ValueError as error:
            log.warning("message_not_relayed", project_id=str(project_id), reason=str(error))
            return
        if frame.seq is not None:
            self.saw(project_id, frame.seq)
        for following in tuple(self._followings.get(project_id, ())):
            following.offer(frame)

    def _resumed(self, project_id: UUID) -> None:
        if any(following.ready for following in self._followings.get(project_id, ())):
            self._unsure.add(project_id)

    async def _forever(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception:
                log.exception("relay_failed")
                await asyncio.sleep(TICK_SECONDS)

    async def _check(self) -> None:
        """Compare with the logs: often while Redis is doubtful, right after it resumed, and now and then."""
        loop = asyncio.get_running_loop()
        compared = loop.time()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for socket in tuple(self.sockets):
                socket.check()
            everything = self._subscriber.stale or loop.time() - compared >= COMPARE_SECONDS
            if everything:
                compared = loop.time()
            unsure = set(self._followings) if everything else self._unsure
            self._unsure = set()
            await self._compare(unsure)

    async def _compare(self, project_ids: set[UUID]) -> None:
        if not project_ids:
            return
        try:
            heads = await self.log_reader.heads(project_ids)
        except UNAVAILABLE as error:
            self._unsure |= project_ids & self._followings.keys()
            log.warning("heads_not_compared", reason=repr(error))
            return
        for project_id, head in heads.items():
            self.saw(project_id, head)
            for following in tuple(self._followings.get(project_id, ())):
                following.expect(head)

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self.settings.websocket_heartbeat_seconds)
            for project_id, followings in tuple(self._followings.items()):
                if (head := self._heads.get(project_id)) is None:
                    continue
                text = frames.heartbeat(project_id, head)
                for following in tuple(followings):
                    following.beat(text)
                await asyncio.sleep(0)
