"""The hub: connects the sockets of one process with the Redis channels and the logs of their projects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

import structlog

from api.auth.authenticator import Authenticator
from api.realtime import frames
from api.realtime.change_feed import ChangeFeed
from api.realtime.close_codes import CloseCode
from api.realtime.event_lag import EventLag
from api.realtime.event_log_reader import UNAVAILABLE, EventLogReader
from api.realtime.interfaces import ProjectListener, RegisteredSocket
from api.realtime.live_feed import LiveFeed
from api.realtime.places import SocketPlaces
from api.realtime.redis_subscriber import RedisSubscriber
from api.realtime.socket_guard import SocketGuard
from api.server.limits import max_websockets
from config.open_files import open_file_limit
from config.settings import Settings
from store.live_texts import LiveTexts
from store.transaction import Store

log = structlog.get_logger(__name__)

START_SECONDS = 2.0
CLOSE_SECONDS = 2.0
CANCEL_SECONDS = 0.5
TICK_SECONDS = 1.0
COMPARE_SECONDS = 5.0  # between comparisons with the log while Redis works


class Hub:
    """Passes the messages of a project to every listener, and compares with the log, so that a message that Redis loses
    is found."""

    def __init__(self, store: Store, settings: Settings, authenticator: Authenticator) -> None:
        self.settings = settings
        self.authenticator = authenticator
        self.log_reader = EventLogReader(store)
        self.sockets: set[RegisteredSocket] = set()
        most = min(settings.websocket_connections, max_websockets(open_file_limit()))
        if most < settings.websocket_connections:
            log.warning("websocket_limit_lowered", most=most, reason="the limit of open files is low")
        self.places = SocketPlaces(most, settings.websockets_per_caller)
        self.rejected_sockets = 0
        """Sockets that were closed because there are too many, and that may not have disconnected yet."""
        self._listeners: dict[UUID, set[ProjectListener]] = {}
        self._heads: dict[UUID, int] = {}
        self.lag = EventLag()
        self._guard = SocketGuard(authenticator, self.sockets)
        self._bus = store.bus
        self._subscriber = RedisSubscriber(self._bus)
        self.change_feed = ChangeFeed(self._subscriber, self._bus.projects_channel, self.log_reader)
        self.live_feed = LiveFeed(self._subscriber, LiveTexts(self._bus))
        self._to_compare: set[UUID] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start to subscribe. Return once Redis is connected, or known to be unavailable."""
        loops = self._subscriber.run, self._run_comparisons, self._run_heartbeats, self.change_feed.run, self._guard.run
        self._tasks = [asyncio.create_task(self._restart_on_error(loop)) for loop in loops]
        with suppress(TimeoutError):
            await asyncio.wait_for(self._subscriber.wait_attempted(), START_SECONDS)

    async def close(self) -> None:
        """Close every socket with 1012, then stop all tasks."""
        for socket in tuple(self.sockets):
            socket.close(CloseCode.SERVICE_RESTART, "the server restarts; resume with since")
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(socket.ended.wait() for socket in self.sockets)), CLOSE_SECONDS)
        running = set(self._tasks)
        while running:  # repeatedly: a cancellation that coincides with an error in a task group is lost
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=CANCEL_SECONDS)
        await self.log_reader.close()

    @property
    def is_redis_stale(self) -> bool:
        """Whether messages may be published that this process does not receive."""
        return self._subscriber.is_stale

    def join(self, listener: ProjectListener) -> None:
        project_id = listener.project_id
        listeners = self._listeners.setdefault(project_id, set())
        if not listeners:
            on_message, on_subscribed = partial(self._on_message, project_id), partial(self._on_subscribed, project_id)
            self._subscriber.subscribe(self._bus.channel(project_id), on_message, on_subscribed)
        listeners.add(listener)

    def leave(self, listener: ProjectListener) -> None:
        project_id = listener.project_id
        listeners = self._listeners.get(project_id, set())
        listeners.discard(listener)
        if not listeners and self._listeners.pop(project_id, None) is not None:
            self._heads.pop(project_id, None)
            self.lag.end(project_id)
            self._to_compare.discard(project_id)
            self._subscriber.unsubscribe(self._bus.channel(project_id))

    async def wait_subscribed(self, project_id: UUID) -> None:
        """Wait, for a limited time, until Redis has confirmed the subscription to a joined project."""
        await self._subscriber.wait_subscribed(self._bus.channel(project_id))

    def record_head(self, project_id: UUID, head: int) -> None:
        """Record how far a log reaches, for the heartbeat."""
        if project_id in self._listeners:
            self._heads[project_id] = max(head, self._heads.get(project_id, 0))

    def _on_message(self, project_id: UUID, message: bytes) -> None:
        try:
            frame = frames.parse_event(message)
        except ValueError as error:
            log.warning("message_not_relayed", project_id=str(project_id), reason=str(error))
            return
        if frame.seq is not None:
            self.record_head(project_id, frame.seq)
        for listener in tuple(self._listeners.get(project_id, ())):
            listener.on_message(frame)
        self.lag.pushed(project_id, frame)

    def _on_subscribed(self, project_id: UUID) -> None:
        if any(listener.is_ready for listener in self._listeners.get(project_id, ())):
            self._to_compare.add(project_id)

    async def _restart_on_error(self, loop: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await loop()
            except Exception:
                log.exception("relay_failed")
                await asyncio.sleep(TICK_SECONDS)

    async def _run_comparisons(self) -> None:
        """Compare with the logs: every second while Redis is stale, right after it resumed, and every few seconds."""
        loop = asyncio.get_running_loop()
        compared_at = loop.time()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for socket in tuple(self.sockets):
                socket.close_if_stalled()
            compare_all = self._subscriber.is_stale or loop.time() - compared_at >= COMPARE_SECONDS
            if compare_all:
                compared_at = loop.time()
            project_ids = set(self._listeners) if compare_all else self._to_compare
            self._to_compare = set()
            await self._compare(project_ids)

    async def _compare(self, project_ids: set[UUID]) -> None:
        if not project_ids:
            return
        try:
            heads = await self.log_reader.heads(project_ids)
        except UNAVAILABLE as error:
            self._to_compare |= project_ids & self._listeners.keys()
            log.warning("heads_not_compared", reason=repr(error))
            return
        for project_id in project_ids - heads.keys():
            for listener in tuple(self._listeners.get(project_id, ())):
                listener.on_removed()
        for project_id, head in heads.items():
            self.record_head(project_id, head)
            for listener in tuple(self._listeners.get(project_id, ())):
                listener.on_head(head)

    async def _run_heartbeats(self) -> None:
        while True:
            await asyncio.sleep(self.settings.websocket_heartbeat_seconds)
            for project_id, listeners in tuple(self._listeners.items()):
                if (head := self._heads.get(project_id)) is None:
                    continue
                text = frames.heartbeat(project_id, head)
                for listener in tuple(listeners):
                    listener.on_heartbeat(text)
                await asyncio.sleep(0)
