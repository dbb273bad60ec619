"""Publish and subscribe over Redis. It only wakes listeners: they read what it loses from PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import orjson
import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from config.settings import Settings
from models.contracts.events import Event

log = structlog.get_logger(__name__)

# Events that may wait while Redis is slow or unavailable. More are dropped, since readers catch up from the log.
BACKLOG = 10_000
BATCH = 500


class Bus:
    """The live channels of all projects. Publishing never waits and never fails."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.redis_url
        self.redis: Redis = Redis.from_url(
            self._url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=15
        )
        self._prefix = settings.channel_prefix
        self._waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(BACKLOG)
        self._new_heads: dict[UUID, int] = {}
        self._publisher: asyncio.Task[None] | None = None

    def channel(self, project_id: UUID) -> str:
        return self.key("project", project_id)

    def key(self, kind: str, id: UUID) -> str:
        """A name in Redis that belongs to this installation."""
        return f"{self._prefix}:{kind}:{id}"

    @property
    def projects_channel(self) -> str:
        """The channel for logs that have new events: `{project id: newest number, ...}`, without the events."""
        return f"{self._prefix}:projects"

    def publish(self, events: Iterable[Event]) -> None:
        """Queue events for publishing. Needs a running event loop."""
        for event in events:
            try:
                self._waiting.put_nowait((self.channel(event.project_id), event.model_dump_json().encode()))
            except asyncio.QueueFull:
                log.warning("event_not_published", project_id=str(event.project_id), seq=event.seq, reason="backlog")
            if event.seq is not None:
                self._new_heads[event.project_id] = max(event.seq, self._new_heads.get(event.project_id, 0))
        if self._publisher is None:
            self._publisher = asyncio.create_task(self._publish())

    def publish_removal(self, project_id: UUID, head: int) -> None:
        """Queue a change of a project that was removed, beyond the head of its log: who watches all projects reads it
        again, and finds that it is gone."""
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait((self.projects_channel, orjson.dumps({str(project_id): head + 1})))
        if self._publisher is None:
            self._publisher = asyncio.create_task(self._publish())

    async def _publish(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            messages, new_heads, self._new_heads = batch.copy(), self._new_heads, {}
            if new_heads:
                messages.append((self.projects_channel, orjson.dumps(new_heads, option=orjson.OPT_NON_STR_KEYS)))
            try:
                if len(messages) == 1:
                    await self.redis.publish(*messages[0])
                else:
                    async with self.redis.pipeline(transaction=False) as pipeline:
                        for channel, message in messages:
                            pipeline.publish(channel, message)
                        await pipeline.execute()
            except (RedisError, OSError) as error:
                log.warning("events_not_published", count=len(batch), reason=repr(error))
                await asyncio.sleep(0.1)
            finally:
                for _ in batch:
                    self._waiting.task_done()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[PubSub]:
        """Open a separate connection for subscribing. It never reconnects silently, which would lose messages.

        The messages are `subscribe` and `unsubscribe` (acknowledgements), `message` and `pong`.
        """
        retry = Retry(NoBackoff(), 0)
        client: Redis = Redis.from_url(self._url, socket_connect_timeout=2, socket_timeout=5, retry=retry)
        async with client, client.pubsub() as pubsub:
            yield pubsub

    async def ping(self) -> None:
        """Raise RedisError or OSError if Redis is unavailable."""
        await self.redis.ping()

    async def version(self) -> str | None:
        """Return the server's version, or None if the server does not report it.

        Valkey reports its own version and that of the Redis it is compatible with; this is its own.

        Raises:
            RedisError, OSError: Redis is unavailable.
        """
        try:
            about = await self.redis.info("server")
        except ResponseError:
            return None  # managed servers may forbid it
        version: str | None = about.get("valkey_version") or about.get("redis_version")
        return version

    async def flush(self) -> None:
        """Wait until every queued event is published, or dropped because Redis is unavailable."""
        await self._waiting.join()

    async def close(self) -> None:
        """Publish queued events for up to 1 s, then disconnect."""
        if self._publisher is not None:
            try:
                await asyncio.wait_for(self.flush(), 1)
            except TimeoutError:
                log.warning("events_not_published", count=self._waiting.qsize(), reason="closing")
            self._publisher.cancel()
        await self.redis.aclose()
