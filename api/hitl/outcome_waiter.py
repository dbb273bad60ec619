"""Wait until a response has been judged: one database poll for all callers that wait on the same request."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from api.realtime import Hub
from api.realtime.project_wakeup import ProjectWakeup
from models.contracts.enums import HitlStatus
from models.tables import HitlDecision, HitlRequest
from store import hitl, hitl_decisions
from store.transaction import Store

MIN_DELAY, MAX_DELAY, GROWTH = 0.015, 0.25, 2
"""Seconds between reads while Redis reports nothing of the project; back to the minimum when a caller joins."""


@dataclass(slots=True)
class _Poll:
    callers: int = 0
    delay: float = MIN_DELAY
    is_closed: bool = False
    request: HitlRequest | None = None
    decisions: dict[UUID, HitlDecision] = field(default_factory=dict)
    error: Exception | None = None
    updated: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None


class OutcomeWaiter:
    """The polls of one process, one for each request that a caller waits on."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._polls: dict[UUID, _Poll] = {}

    async def wait(
        self, project_id: UUID, request_id: UUID, decision_id: UUID, seconds: float
    ) -> tuple[HitlDecision, HitlRequest] | None:
        """Return the response as it was judged and its request, or None if it was not judged in time or another
        response closed the request.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, psycopg.Error: the database is unavailable.
        """
        poll = self._polls.setdefault(request_id, _Poll())
        poll.callers += 1
        poll.delay = MIN_DELAY
        if poll.task is None:
            poll.task = asyncio.create_task(self._run(project_id, request_id, poll))
        try:
            async with asyncio.timeout(seconds), poll.updated:
                await poll.updated.wait_for(lambda: poll.error or poll.is_closed or decision_id in poll.decisions)
        except TimeoutError:
            return None
        finally:
            poll.callers -= 1
        if poll.error is not None:
            raise poll.error
        decision, request = poll.decisions.get(decision_id), poll.request
        return (decision, request) if decision is not None and request is not None else None

    async def _run(self, project_id: UUID, request_id: UUID, poll: _Poll) -> None:
        wakeup = ProjectWakeup(project_id)
        self._hub.join(wakeup)
        try:
            while poll.callers:
                # Redis wakes this up. The first delays are short because it may have published before the join.
                with suppress(TimeoutError):
                    async with asyncio.timeout(poll.delay):
                        await wakeup.event.wait()
                wakeup.event.clear()
                poll.delay = min(poll.delay * GROWTH, MAX_DELAY)
                async with self._store.reading() as connection:
                    # In this order: the decision that closed the request is then among the decisions.
                    request = await hitl.get(connection, request_id)
                    history = await hitl_decisions.history(connection, request_id)
                poll.request = request
                poll.is_closed = request is None or request.status != HitlStatus.PENDING
                poll.decisions = {decision.id: decision for decision in history}
                async with poll.updated:
                    poll.updated.notify_all()
        except Exception as error:
            poll.error = error
            async with poll.updated:
                poll.updated.notify_all()
        finally:
            self._hub.leave(wakeup)
            # Before anything else can run: a caller that comes now starts a poll of its own.
            self._polls.pop(request_id, None)
