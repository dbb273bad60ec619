"""Waiting for responses to be judged: one look at the database for all who wait on the same request."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from api.realtime import Hub
from api.realtime.project_wakeup import ProjectWakeup
from models.contracts.enums import HitlStatus
from models.tables import HitlDecision, HitlRequest
from store import hitl
from store.transaction import Store

SHORTEST, LONGEST, GROWTH = 0.015, 0.25, 2
"""Seconds between looks while nothing is heard of the project; short again whenever somebody joins."""


@dataclass(slots=True)
class _Watch:
    waiting: int = 0
    pause: float = SHORTEST
    closed: bool = False
    request: HitlRequest | None = None
    judged: dict[UUID, HitlDecision] = field(default_factory=dict)
    error: Exception | None = None
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    looking: asyncio.Task[None] | None = None


class OutcomeWaiter:
    """The watches of one process, one for each request that somebody waits on."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._watches: dict[UUID, _Watch] = {}

    async def of(
        self, project_id: UUID, request_id: UUID, decision_id: UUID, seconds: float
    ) -> tuple[HitlDecision, HitlRequest] | None:
        """The response as it was judged, and its request; None when it has not been in time, or when another closed
        the request.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, psycopg.Error: the database is away.
        """
        watch = self._watches.setdefault(request_id, _Watch())
        watch.waiting += 1
        watch.pause = SHORTEST
        if watch.looking is None:
            watch.looking = asyncio.create_task(self._look(project_id, request_id, watch))
        try:
            async with asyncio.timeout(seconds), watch.news:
                await watch.news.wait_for(lambda: watch.error or watch.closed or decision_id in watch.judged)
        except TimeoutError:
            return None
        finally:
            watch.waiting -= 1
        if watch.error is not None:
            raise watch.error
        decision, request = watch.judged.get(decision_id), watch.request
        return (decision, request) if decision is not None and request is not None else None

    async def _look(self, project_id: UUID, request_id: UUID, watch: _Watch) -> None:
        attention = ProjectWakeup(project_id)
        self._hub.join(attention)
        try:
            while watch.waiting:
                # Redis wakes; the first pauses are short since it may have spoken before we listened.
                with suppress(TimeoutError):
                    async with asyncio.timeout(watch.pause):
                        await attention.stirred.wait()
                attention.stirred.clear()
                watch.pause = min(watch.pause * GROWTH, LONGEST)
                async with self._store.reading() as connection:
                    # In this order: what closed the request is then among the responses.
                    request = await hitl.get(connection, request_id)
                    history = await hitl.history(connection, request_id)
                watch.request = request
                watch.closed = request is None or request.status != HitlStatus.PENDING
                watch.judged = {one.id: one for one in history}
                async with watch.news:
                    watch.news.notify_all()
        except Exception as error:
            watch.error = error
            async with watch.news:
                watch.news.notify_all()
        finally:
            self._hub.leave(attention)
            # Before anything else can run: who comes now starts a watch of their own.
            self._watches.pop(request_id, None)
