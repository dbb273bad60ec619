"""The projects' logs as the relay reads them: in pages, few reads at once, equal reads shared."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from api.realtime.frames import Frame, logged
from store import events
from store.transaction import Store

PAGE = 500
READS_AT_ONCE = 4  # of the pool's connections; the rest is for REST
READ_SECONDS = 10.0
HEADS_AT_ONCE = 1000

UNAVAILABLE = (SQLAlchemyError, OSError, TimeoutError)
"""What a read raises while PostgreSQL is away."""

T = TypeVar("T")


class EventLogReader:
    """Reads of the logs. Each raises one of UNAVAILABLE while PostgreSQL is away.

    Who asks while an equal read waits for its turn shares it. Who asks once it has begun does not, since it may know
    of later events than the read will find.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turns = asyncio.Semaphore(READS_AT_ONCE)
        self._reads: set[asyncio.Task[Any]] = set()
        self._pages: dict[tuple[UUID, int], asyncio.Task[list[Frame]]] = {}
        self._heads: asyncio.Task[dict[UUID, int]] | None = None
        self._heads_of: set[UUID] = set()

    async def page(self, project_id: UUID, since: int) -> list[Frame]:
        """The next events after a number, at most PAGE; none where the log ended there when this was called."""
        key = project_id, since
        if key not in self._pages:
            self._pages[key] = self._begin(self._read_page(project_id, since))
        return await asyncio.shield(self._pages[key])

    async def heads(self, project_ids: Collection[UUID]) -> dict[UUID, int]:
        """The number of each project's newest event; an unknown project is left out."""
        if self._heads is None:
            self._heads = self._begin(self._read_heads())
        self._heads_of.update(project_ids)
        heads = await asyncio.shield(self._heads)
        return {project_id: heads[project_id] for project_id in project_ids if project_id in heads}

    async def heads_under_way(self, since: datetime) -> dict[UUID, int]:
        """The number of the newest event of each project that may still change, or that was given an artifact since."""
        return await asyncio.shield(self._begin(self._read_heads_under_way(since)))

    async def close(self) -> None:
        """End the reads under way."""
        for read in self._reads:
            read.cancel()
        await asyncio.gather(*self._reads, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        # A task of its own: a client that leaves would cancel a statement, and with it the pool's connection.
        read = asyncio.create_task(work)
        self._reads.add(read)
        read.add_done_callback(self._reads.discard)
        read.add_done_callback(lambda task: task.cancelled() or task.exception())
        return read

    async def _read_page(self, project_id: UUID, since: int) -> list[Frame]:
        async with self._turns:
            del self._pages[project_id, since]
            async with asyncio.timeout(READ_SECONDS), self._store.reading() as connection:
                page = await events.since(connection, project_id, since, limit=PAGE)
        return [logged(event) for event in page]

    async def _read_heads(self) -> dict[UUID, int]:
        heads: dict[UUID, int] = {}
        async with self._turns:
            project_ids, self._heads_of, self._heads = list(self._heads_of), set(), None
            async with asyncio.timeout(READ_SECONDS), self._store.reading() as connection:
                for start in range(0, len(project_ids), HEADS_AT_ONCE):
                    heads |= await events.heads(connection, project_ids[start : start + HEADS_AT_ONCE])
        return heads

    async def _read_heads_under_way(self, since: datetime) -> dict[UUID, int]:
        async with self._turns, asyncio.timeout(READ_SECONDS), self._store.reading() as connection:
            return await events.heads_of_open_projects(connection, since)
