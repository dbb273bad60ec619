"""One socket's subscription to the changes of all projects."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from uuid import UUID

import structlog

from api.realtime import frames
from api.realtime.change_feed import ChangeFeed
from api.realtime.close_codes import CloseCode, ErrorCode
from api.realtime.interfaces import Connection

log = structlog.get_logger(__name__)

MAX_WAITING = 10_000


class ChangesSubscription:
    """Sends a socket the projects that have changed. A slow reader gets only the latest head of each project; one with
    more than MAX_WAITING projects waiting is disconnected."""

    def __init__(self, connection: Connection, change_feed: ChangeFeed) -> None:
        self._connection, self._change_feed = connection, change_feed
        self._is_ready = False
        self._reported_unavailable = False
        self._waiting: OrderedDict[UUID, str] = OrderedDict()
        self._has_waiting = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Join the feed; the socket gets `watching` once no change can be missed."""
        self._change_feed.join(self)
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        self._change_feed.leave(self)
        if self._task is not None:
            self._task.cancel()

    def on_change(self, project_id: UUID, text: str) -> None:
        if not self._is_ready or not self._connection.sees(project_id):
            return
        self._waiting[project_id] = text
        self._has_waiting.set()
        if len(self._waiting) > MAX_WAITING:
            self._connection.close(CloseCode.TOO_SLOW, "reading too slowly; watch again, and read the lists")

    def on_log_unavailable(self) -> None:
        if not self._is_ready and not self._reported_unavailable:
            self._reported_unavailable = True
            message = "PostgreSQL is unavailable; watching starts when it is back"
            self._connection.enqueue(frames.error(ErrorCode.LOG_UNAVAILABLE, message))

    async def _run(self) -> None:
        try:
            await self._change_feed.wait_ready()
            self._is_ready = True
            self._connection.enqueue(frames.watching())
            while await self._has_waiting.wait():
                self._has_waiting.clear()
                while self._waiting:
                    await self._connection.wait_for_space()
                    self._connection.enqueue(self._waiting.popitem(last=False)[1])
        except Exception:
            log.exception("changes_subscription_failed")
            self._connection.close_with_error()
