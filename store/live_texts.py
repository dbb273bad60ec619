"""The texts that models are writing, in Redis. They are for people who watch: losing them loses nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from pydantic import ValidationError
from redis.exceptions import RedisError

from models.contracts.live_text import LiveText
from store.bus import Bus

log = structlog.get_logger(__name__)

KEPT_SECONDS = 60
"""How long a text outlives the last write of a worker that died."""

WATCHED_SECONDS = 15
"""How long a project counts as watched after a process has said so."""

LOOK_SECONDS = 1.0
"""How long a worker relies on what it has read of a project's watchers."""

REDIS_SECONDS = 1.0
"""How long Redis may take. A call of a model does not wait for its text to be shown."""


class LiveTexts:
    """Writes and reads the texts. One for all steps, or all sockets, of a process. No method raises if Redis is
    unavailable, which is logged once."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._redis = bus.redis
        self._looks: dict[UUID, tuple[float, bool]] = {}
        self._forgot_at = 0.0
        self._is_failing = False

    def channel(self, project_id: UUID) -> str:
        """The channel for ids of tasks whose text has changed. The text itself is read from its key."""
        return self._bus.key("live", project_id)

    async def show(self, text: LiveText) -> None:
        """Replace the text of a task, and wake those who watch."""
        async with self._trying(), self._redis.pipeline(transaction=False) as pipeline:
            tasks = self._tasks(text.project_id)
            pipeline.set(self._text(text.task_id), text.model_dump_json(), ex=KEPT_SECONDS)
            pipeline.sadd(tasks, str(text.task_id))
            pipeline.expire(tasks, KEPT_SECONDS)
            pipeline.publish(self.channel(text.project_id), str(text.task_id))
            await pipeline.execute()

    async def end(self, project_id: UUID, task_id: UUID) -> None:
        """Remove the text of a task: its call has ended."""
        async with self._trying(), self._redis.pipeline(transaction=False) as pipeline:
            pipeline.delete(self._text(task_id))
            pipeline.srem(self._tasks(project_id), str(task_id))
            pipeline.publish(self.channel(project_id), str(task_id))
            await pipeline.execute()

    async def read(self, project_id: UUID) -> dict[UUID, LiveText] | None:
        """Return the texts of a project by their tasks, or None if Redis is unavailable."""
        async with self._trying():
            ids = sorted(await self._redis.smembers(self._tasks(project_id)))
            found = await self._redis.mget(self._text(_task_id(id)) for id in ids) if ids else []
            return {text.task_id: text for text in map(_parsed, found) if text is not None}
        return None

    async def keep_watched(self, project_id: UUID) -> None:
        """Say that people watch a project now."""
        async with self._trying():
            await self._redis.set(self._watched(project_id), 1, ex=WATCHED_SECONDS)

    async def is_watched(self, project_id: UUID) -> bool:
        """Return whether people watch a project, as Redis said at most LOOK_SECONDS ago."""
        now = time.monotonic()
        looked_at, is_watched = self._looks.get(project_id, (-LOOK_SECONDS, False))
        if now - looked_at < LOOK_SECONDS:
            return is_watched
        if now - self._forgot_at >= LOOK_SECONDS:
            self._forgot_at = now
            self._looks = {id: look for id, look in self._looks.items() if now - look[0] < LOOK_SECONDS}
        self._looks[project_id] = now, is_watched  # for others that ask meanwhile
        is_watched = False
        try:
            async with self._trying():
                is_watched = bool(await self._redis.exists(self._watched(project_id)))
        except asyncio.CancelledError:
            self._looks.pop(project_id, None)
            raise
        self._looks[project_id] = now, is_watched
        return is_watched

    def _watched(self, project_id: UUID) -> str:
        return self._bus.key("watched", project_id)

    def _tasks(self, project_id: UUID) -> str:
        return self._bus.key("live-tasks", project_id)

    def _text(self, task_id: UUID) -> str:
        return self._bus.key("live-text", task_id)

    @asynccontextmanager
    async def _trying(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                yield
            self._is_failing = False
        except (RedisError, OSError, TimeoutError) as error:
            if not self._is_failing:
                self._is_failing = True
                log.warning("live_text_unavailable", reason=repr(error))


def _task_id(member: bytes | str) -> UUID:
    return UUID(member.decode() if isinstance(member, bytes) else member)


def _parsed(stored: bytes | str | None) -> LiveText | None:
    try:
        return LiveText.model_validate_json(stored) if stored is not None else None
    except ValidationError:  # another version's
        return None
