"""The projects' logs as the relay reads them: in pages, few reads at once, equal reads shared."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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


class Logbook:
    """Reads of the logs. Each raises one of UNAVAILABLE while PostgreSQL is away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._slots = asyncio.Semaphore(READS_AT_ONCE)
        self._asked: dict[tuple[UUID, int], asyncio.Task[list[Frame]]] = {}

    async def page(self, project_id: UUID, since: int) -> list[Frame]:
        """The next events after a number, at most PAGE; none where the log ended there when this was called."""
        key = project_id, since
        read = self._asked.get(key)
        if read is None:
            read = self._asked[key] = asyncio.create_task(self._read(project_id, since))
            read.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(read)

    async def _read(self, project_id: UUID, since: int) -> list[Frame]:
        async with self._slots:
            # Whoever asks from here on may know of later events, and so asks anew.
            del self._asked[project_id, since]
            async with asyncio.timeout(READ_SECONDS), self._store.reading() as connection:
                page = await events.since(connection, project_id, since, limit=PAGE)
        return [logged(event) for event in page]

    async def heads(self, project_ids: Sequence[UUID]) -> dict[UUID, int]:
        """The number of each project's newest event; an unknown project is left out."""
        heads: dict[UUID, int] = {}
        async with self._slots, asyncio.timeout(READ_SECONDS), self._store.reading() as connection:
            for start in range(0, len(project_ids), HEADS_AT_ONCE):
                heads |= await events.heads(connection, project_ids[start : start + HEADS_AT_ONCE])
        return heads
