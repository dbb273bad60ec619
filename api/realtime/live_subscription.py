"""One socket's subscription to what models write for one project."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import UUID

import structlog

from api.realtime import frames
from api.realtime.interfaces import Connection
from api.realtime.live_feed import LiveFeed
from models.contracts.live_text import LiveText

log = structlog.get_logger(__name__)


class LiveSubscription:
    """Sends a socket what is new in each text. A slow reader gets fewer and larger pieces."""

    def __init__(self, connection: Connection, feed: LiveFeed, project_id: UUID) -> None:
        self.project_id = project_id
        self._connection, self._feed = connection, feed
        self._texts: Mapping[UUID, LiveText] = {}
        self._sent: dict[UUID, LiveText] = {}
        """By task, what the socket has."""
        self._has_changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Join the feed; the socket gets what has been written so far."""
        self._feed.join(self)
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        self._feed.leave(self)
        if self._task is not None:
            self._task.cancel()

    def on_live(self, texts: Mapping[UUID, LiveText]) -> None:
        self._texts = texts
        self._has_changed.set()

    async def _run(self) -> None:
        try:
            while await self._has_changed.wait():
                self._has_changed.clear()
                for task_id in tuple(self._texts.keys() | self._sent.keys()):
                    await self._connection.wait_for_space()
                    self._send(task_id)
        except Exception:
            log.exception("live_subscription_failed", project_id=str(self.project_id))
            self._connection.close_with_error()

    def _send(self, task_id: UUID) -> None:
        text, sent = self._texts.get(task_id), self._sent.get(task_id)
        if text is None:
            if sent is not None:
                del self._sent[task_id]
                self._connection.enqueue(frames.live(sent, len(sent.text), ended=True))
            return
        if text == sent:
            return
        continues = sent is not None and sent.call == text.call and text.text.startswith(sent.text)
        self._sent[task_id] = text
        self._connection.enqueue(frames.live(text, len(sent.text) if sent is not None and continues else 0))
