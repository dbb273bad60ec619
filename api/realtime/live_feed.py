"""What models are writing for the projects that sockets of this process watch live."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

import structlog

from api.realtime.interfaces import LiveListener
from api.realtime.redis_subscriber import RedisSubscriber
from models.contracts.live_text import LiveText
from store.live_texts import LiveTexts

log = structlog.get_logger(__name__)

REFRESH_SECONDS = 5.0
"""How often a project is said to be watched, and read although Redis has sent nothing: a worker may have died."""


class LiveFeed:
    """Reads the texts of a project once for all sockets, whenever Redis says that one has changed."""

    def __init__(self, subscriber: RedisSubscriber, texts: LiveTexts) -> None:
        self._subscriber, self._texts = subscriber, texts
        self._projects: dict[UUID, _LiveProject] = {}

    @property
    def projects(self) -> frozenset[UUID]:
        """Those that are watched."""
        return frozenset(self._projects)

    def join(self, listener: LiveListener) -> None:
        project = self._projects.get(listener.project_id)
        if project is None:
            project = self._projects[listener.project_id] = _LiveProject(listener.project_id, self._texts)
            channel = self._texts.channel(listener.project_id)
            self._subscriber.subscribe(channel, lambda _: project.wake(), project.wake)
        project.listeners.add(listener)
        if project.texts is not None:
            listener.on_live(project.texts)

    def leave(self, listener: LiveListener) -> None:
        project = self._projects.get(listener.project_id)
        if project is None:
            return
        project.listeners.discard(listener)
        if not project.listeners:
            del self._projects[listener.project_id]
            project.stop()
            self._subscriber.unsubscribe(self._texts.channel(listener.project_id))


class _LiveProject:
    """One project, and those who watch it."""

    def __init__(self, project_id: UUID, texts: LiveTexts) -> None:
        self._project_id, self._reader = project_id, texts
        self.listeners: set[LiveListener] = set()
        self.texts: Mapping[UUID, LiveText] | None = None
        """By task, as they were read last."""
        self._has_changed = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """Read the texts soon."""
        self._has_changed.set()

    def stop(self) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        refreshed_at = -REFRESH_SECONDS
        while True:
            try:
                if loop.time() - refreshed_at >= REFRESH_SECONDS:
                    refreshed_at = loop.time()
                    await self._reader.keep_watched(self._project_id)
                texts = await self._reader.read(self._project_id)
                if texts is not None:
                    self.texts = texts
                    for listener in tuple(self.listeners):
                        listener.on_live(texts)
            except Exception:
                log.exception("live_feed_failed", project_id=str(self._project_id))
            with suppress(TimeoutError):
                async with asyncio.timeout_at(refreshed_at + REFRESH_SECONDS):
                    await self._has_changed.wait()
            self._has_changed.clear()
