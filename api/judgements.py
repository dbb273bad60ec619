"""Waiting for responses to be judged: one look at the database for all who wait on the same request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from models.contracts.words import HitlStatus
from models.tables import HitlDecision
from store import hitl
from store.transaction import Store

SHORTEST, LONGEST, GROWTH = 0.003, 0.1, 1.6
"""Seconds between looks; short again whenever somebody joins."""


@dataclass(slots=True)
class _Watch:
    waiting: int = 0
    pause: float = SHORTEST
    closed: bool = False
    judged: dict[UUID, HitlDecision] = field(default_factory=dict)
    error: Exception | None = None
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    looking: asyncio.Task[None] | None = None


class Judgements:
    """The watches of one process, one for each request that somebody waits on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watches: dict[UUID, _Watch] = {}

    async def of(self, request_id: UUID, decision_id: UUID, seconds: float) -> HitlDecision | None:
        """The response as it was judged; None when it has not been in time, or when another closed the request.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, psycopg.Error: the database is away.
        """
        watch = self._watches.setdefault(request_id, _Watch())
        watch.waiting += 1
        watch.pause = SHORTEST
        if watch.looking is None:
            watch.looking = asyncio.create_task(self._look(request_id, watch))
        try:
            async with asyncio.timeout(seconds), watch.news:
                await watch.news.wait_for(lambda: watch.error or watch.closed or decision_id in watch.judged)
        except TimeoutError:
            return None
        finally:
            watch.waiting -= 1
        if watch.error is not None:
            raise watch.error
        return watch.judged.get(decision_id)

    async def _look(self, request_id: UUID, watch: _Watch) -> None:
        try:
            while watch.waiting:
                await asyncio.sleep(watch.pause)
                watch.pause = min(watch.pause * GROWTH, LONGEST)
                async with self._store.reading() as connection:
                    # In this order: what closed the request is then among the responses.
                    request = await hitl.get(connection, request_id)
                    history = await hitl.history(connection, request_id)
                watch.closed = request is None or request.status != HitlStatus.PENDING
                watch.judged = {one.id: one for one in history}
                async with watch.news:
                    watch.news.notify_all()
        except Exception as error:
            watch.error = error
            async with watch.news:
                watch.news.notify_all()
        finally:
            # Before anything else can run: who comes now starts a watch of their own.
            self._watches.pop(request_id, None)
