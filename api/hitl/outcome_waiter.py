"""Wait until a response has been judged: one database poll for all callers that wait on the same request."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from api.realtime import Hub
from api.realtime.request_wakeup import RequestWakeup
from models.contracts.enums import HitlStatus
from models.tables import HitlDecision, HitlRequest
from store import hitl_decisions
from store.transaction import Store

MIN_DELAY, MAX_DELAY, GROWTH = 0.1, 0.25, 2
"""Seconds between reads while Redis reports nothing of the request; back to the minimum when a caller joins."""

DELAY_WITHOUT_REDIS = 0.015
"""The minimum while Redis is unavailable, so that only reads find the outcome."""


class Poll:
    """The reads of one request, for all callers that wait for the outcome of a response to it."""

    def __init__(self, store: Store, hub: Hub, wakeup: RequestWakeup, request_id: UUID) -> None:
        self.wakeup = wakeup
        self.callers = 0
        self._store, self._hub, self._request_id = store, hub, request_id
        self._delay = MIN_DELAY
        self._awaited: set[UUID] = set()
        self._request: HitlRequest | None = None
        self._decisions: dict[UUID, HitlDecision] = {}
        self._is_closed = False
        self._error: Exception | None = None
        self._updated = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def wait(self, decision_id: UUID, seconds: float) -> tuple[HitlDecision, HitlRequest] | None:
        """Return the response as it was judged and its request, or None if it was not judged in time or another
        response closed the request.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, psycopg.Error: the database is unavailable.
        """
        self._awaited.add(decision_id)
        self._delay = DELAY_WITHOUT_REDIS if self._hub.is_redis_stale else MIN_DELAY
        if self._task is None:
            self._error = None
            self._task = asyncio.create_task(self._run())
        try:
            async with asyncio.timeout(seconds), self._updated:
                await self._updated.wait_for(lambda: self._error or self._is_closed or decision_id in self._decisions)
        except TimeoutError:
            return None
        finally:
            self._awaited.discard(decision_id)
        if self._error is not None:
            raise self._error
        decision, request = self._decisions.get(decision_id), self._request
        return (decision, request) if decision is not None and request is not None else None

    async def _run(self) -> None:
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._delay):
                        await self.wakeup.event.wait()
                if not self.callers:
                    return
                self.wakeup.event.clear()
                self._delay = min(self._delay * GROWTH, MAX_DELAY)
                await self._read()
        except Exception as error:
            self._error = error
            self._task = None  # a caller that comes now reads again
            async with self._updated:
                self._updated.notify_all()

    async def _read(self) -> None:
        async with self._store.reading() as connection:
            request, found = await hitl_decisions.with_request(connection, self._request_id, self._awaited)
        self._request = request
        self._decisions |= found
        self._is_closed = request is None or request.status != HitlStatus.PENDING
        async with self._updated:
            self._updated.notify_all()


class OutcomeWaiter:
    """The polls of one process, one for each request that a caller waits on."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._polls: dict[UUID, Poll] = {}

    @contextmanager
    def listening(self, project_id: UUID, request_id: UUID) -> Iterator[Poll]:
        """Listen to what Redis reports of a request. From before the response is sent: its outcome may be published
        before the call that sends it returns, and only a later read would find it then."""
        poll = self._polls.get(request_id)
        if poll is None:
            poll = Poll(self._store, self._hub, RequestWakeup(project_id, request_id), request_id)
            self._polls[request_id] = poll
            self._hub.join(poll.wakeup)
        poll.callers += 1
        try:
            yield poll
        finally:
            poll.callers -= 1
            if not poll.callers:
                # Before anything else can run: a caller that comes now starts a poll of its own.
                del self._polls[request_id]
                self._hub.leave(poll.wakeup)
                poll.wakeup.event.set()  # its task ends
