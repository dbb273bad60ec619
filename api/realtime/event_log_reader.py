"""The relay's reads of the event logs: in pages, a few at once, and shared by callers that want the same."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from api.realtime.frames import Frame, frame_of
from store import events
from store.database import DATABASE_ERRORS
from store.transaction import Store

PAGE_SIZE = 500
MAX_CONCURRENT_READS = 4  # of the pool's connections; the rest is for REST
READ_SECONDS = 10.0
HEADS_AT_ONCE = 1000

UNAVAILABLE = (*DATABASE_ERRORS, OSError, TimeoutError)
"""What a read raises while PostgreSQL is unavailable."""

T = TypeVar("T")


class EventLogReader:
    """Reads of the logs. Each raises one of UNAVAILABLE while PostgreSQL is unavailable.

    A caller shares a read of the same data that has not started yet. It does not share one that has started, since the
    caller may know of later events than that read finds.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._semaphore = asyncio.Semaphore(MAX_CONCURRENT_READS)
        self._reads: set[asyncio.Task[Any]] = set()
        self._pages: dict[tuple[UUID, int], asyncio.Task[list[Frame]]] = {}
        self._heads: asyncio.Task[dict[UUID, int]] | None = None
        self._heads_project_ids: set[UUID] = set()

    async def page(self, project_id: UUID, since: int) -> list[Frame]:
        """Return the events after a number, at most PAGE_SIZE, or none if the log ended there when this was called."""
        key = project_id, since
        if key not in self._pages:
            self._pages[key] = self._start(self._read_page(project_id, since))
        return await asyncio.shield(self._pages[key])

    async def heads(self, project_ids: Collection[UUID]) -> dict[UUID, int]:
        """Return the number of each project's last event; unknown projects are left out."""
        if self._heads is None:
            self._heads = self._start(self._read_heads())
        self._heads_project_ids.update(project_ids)
        heads = await asyncio.shield(self._heads)
        return {project_id: heads[project_id] for project_id in project_ids if project_id in heads}

    async def heads_of_open_projects(self, since: datetime) -> dict[UUID, int]:
        """Return the heads of the projects that may still change, and of those that got an artifact since then."""
        return await asyncio.shield(self._start(self._read_heads_of_open_projects(since)))

    async def close(self) -> None:
        """Cancel the running reads."""
        for read in self._reads:
            read.cancel()
        await asyncio.gather(*self._reads, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        # A separate task: a client that disconnects would cancel a statement, and with it the pool's connection.
        read = asyncio.create_task(work)
        self._reads.add(read)
        read.add_done_callback(self._reads.discard)
        read.add_done_callback(lambda task: task.cancelled() or task.exception())
        return read

    async def _read_page(self, project_id: UUID, since: int) -> list[Frame]:
        async with self._semaphore:
            del self._pages[project_id, since]
            async with asyncio.timeout(READ_SECONDS), self._store.reading() as connection:
                page = await events.since(connection, project_id, since, limit=PAGE_SIZE)
        return [frame_of(event) for event in page]

    async def _read_heads(self) -> dict[UUID, int]:
        heads: dict[UUID, int] = {}
        async with self._semaphore:
            project_ids, self._heads_project_ids, self._heads = list(self._heads_project_ids), set(), None
            async with asyncio.timeout(READ_SECONDS), self._store.reading() as connection:
                for start in range(0, len(project_ids), HEADS_AT_ONCE):
                    heads |= await events.heads(connection, project_ids[start : start + HEADS_AT_ONCE])
        return heads

    async def _read_heads_of_open_projects(self, since: datetime) -> dict[UUID, int]:
        async with self._semaphore, asyncio.timeout(READ_SECONDS), self._store.reading() as connection:
            return await events.heads_of_open_projects(connection, since)
