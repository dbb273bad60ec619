"""The wait for a response's outcome: what Redis reports of its request wakes it, and nothing else of the project."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from api.hitl import outcome_waiter
from api.hitl.outcome_waiter import OutcomeWaiter
from api.realtime.request_wakeup import RequestWakeup
from config.settings import Settings
from models.contracts.enums import HitlAction, HitlStatus
from models.contracts.event_data import ErrorEvent, HitlResponded
from store import hitl
from store.statement import run
from store.transaction import Store
from tests.api.realtime.relay_server import Relay, relay
from tests.waiting import PATIENCE_SECONDS

_ASK: LiteralString = """
WITH asking AS (
    INSERT INTO task (id, project_id, workflow_id, agent_type, stage, round, status, accepted, attempt, failures,
                      handoff, created_at, updated_at)
    VALUES (%(id)s, %(project_id)s, 'w', 'analyst', 'plan', 1, 'completed', false, 1, 0, '{}', now(), now())
)
INSERT INTO hitl_request (id, project_id, task_id, workflow_id, agent_type, stage, round, question, reason, artifacts,
                          may_redo, status, created_at, expires_at)
VALUES (%(id)s, %(project_id)s, %(id)s, 'w', 'analyst', 'plan', 1, '?', 'review', '[]', true, 'pending', now(), now())
"""

_JUDGE: LiteralString = """
INSERT INTO hitl_decision (request_id, id, project_id, action, responder, outcome, responded_at, recorded_at)
VALUES (%(request_id)s, %(id)s, %(project_id)s, 'approve', 'Ada', 'applied', now(), now())
"""


class CountingStore(Store):
    """Counts the reads, and fails the first ones."""

    reads, failing = 0, 0

    @asynccontextmanager
    async def reading(self, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        self.reads += 1
        if self.reads <= self.failing:
            raise psycopg.OperationalError("the first reads fail")
        async with super().reading(seconds) as connection:
            yield connection


@pytest_asyncio.fixture(scope="module")
async def running(settings: Settings) -> AsyncIterator[Relay]:
    async with relay(settings) as running:
        yield running


@pytest.fixture
def store(running: Relay) -> CountingStore:
    return CountingStore(running.store.database, running.store.bus)


@pytest.fixture(autouse=True)
def only_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read until Redis reports something."""
    monkeypatch.setattr(outcome_waiter, "MIN_DELAY", 2 * PATIENCE_SECONDS)


class _TextWakeup(RequestWakeup):
    """Waits for any text in an event."""

    def __init__(self, project_id: UUID, text: str) -> None:
        super().__init__(project_id, project_id)
        self._name = text


class Asked:
    """A request of a project, and its decision, as a worker writes it."""

    def __init__(self, running: Relay, project_id: UUID) -> None:
        self._running, self.project_id = running, project_id
        self.request_id, self.decision_id = uuid7(), uuid7()

    @classmethod
    async def of_new_project(cls, running: Relay) -> Asked:
        asked = cls(running, await running.paused_project())
        async with running.store.transaction(asked.project_id) as tx:
            await run(tx.connection, _ASK, id=asked.request_id, project_id=asked.project_id)
        return asked

    async def decide(self) -> None:
        async with self._running.store.transaction(self.project_id) as tx:
            await hitl.close(tx, self.request_id, HitlStatus.APPROVED, self.decision_id)
            await run(
                tx.connection, _JUDGE, request_id=self.request_id, id=self.decision_id, project_id=self.project_id
            )
            responded = HitlResponded(
                request_id=self.request_id,
                decision_id=self.decision_id,
                stage="plan",
                round=1,
                action=HitlAction.APPROVE,
                status=HitlStatus.APPROVED,
                comment=None,
                responder="Ada",
                accepted=(),
            )
            tx.record(responded, key="decided")

    async def record_something_else(self) -> None:
        async with self._running.store.transaction(self.project_id) as tx:
            tx.record(ErrorEvent(message="about something else"), key=str(uuid7()))

    @asynccontextmanager
    async def arrival_of(self, text: str) -> AsyncIterator[None]:
        """Wait at the end until an event with this text has arrived from Redis."""
        listener = _TextWakeup(self.project_id, text)
        self._running.hub.join(listener)
        await self._running.hub.wait_subscribed(self.project_id)
        yield
        async with asyncio.timeout(PATIENCE_SECONDS):
            await listener.event.wait()
        self._running.hub.leave(listener)


async def test_only_what_names_the_request_causes_a_read(running: Relay, store: CountingStore) -> None:
    asked = await Asked.of_new_project(running)
    waiter = OutcomeWaiter(store, running.hub)
    with waiter.listening(asked.project_id, asked.request_id) as poll:
        await running.hub.wait_subscribed(asked.project_id)
        waiting = asyncio.create_task(poll.wait(asked.decision_id, PATIENCE_SECONDS))
        for _ in range(3):
            async with asked.arrival_of("about something else"):
                await asked.record_something_else()
        assert store.reads == 0
        await asked.decide()
        decided = await waiting
    assert decided is not None
    decision, request = decided
    assert (decision.id, request.id, request.status) == (asked.decision_id, asked.request_id, "approved")
    assert store.reads == 1


async def test_an_outcome_that_comes_before_the_wait_is_found(running: Relay, store: CountingStore) -> None:
    asked = await Asked.of_new_project(running)
    with OutcomeWaiter(store, running.hub).listening(asked.project_id, asked.request_id) as poll:
        async with asked.arrival_of(str(asked.decision_id)):
            await asked.decide()
        assert await poll.wait(asked.decision_id, PATIENCE_SECONDS)


async def test_a_response_that_lost_is_not_waited_for(running: Relay, store: CountingStore) -> None:
    asked = await Asked.of_new_project(running)
    with OutcomeWaiter(store, running.hub).listening(asked.project_id, asked.request_id) as poll:
        await running.hub.wait_subscribed(asked.project_id)
        lost = asyncio.create_task(poll.wait(uuid7(), 2 * PATIENCE_SECONDS))
        won = asyncio.create_task(poll.wait(asked.decision_id, PATIENCE_SECONDS))
        await asked.decide()
        assert await won
        assert await asyncio.wait_for(lost, PATIENCE_SECONDS) is None


async def test_after_a_read_has_failed_the_next_caller_reads_again(running: Relay, store: CountingStore) -> None:
    asked = await Asked.of_new_project(running)
    store.failing = 1
    with OutcomeWaiter(store, running.hub).listening(asked.project_id, asked.request_id) as poll:
        async with asked.arrival_of(str(asked.decision_id)):
            await asked.decide()
        with pytest.raises(psycopg.OperationalError):
            await poll.wait(asked.decision_id, PATIENCE_SECONDS)
        poll.wakeup.event.set()
        assert await poll.wait(asked.decision_id, PATIENCE_SECONDS)


async def test_nothing_is_left_once_no_caller_waits(running: Relay, store: CountingStore) -> None:
    asked = await Asked.of_new_project(running)
    waiter = OutcomeWaiter(store, running.hub)
    with waiter.listening(asked.project_id, asked.request_id) as poll:
        with waiter.listening(asked.project_id, asked.request_id) as same:
            assert same is poll
        assert await poll.wait(asked.decision_id, 0.01) is None
    await running.subscribers(running.store.bus.channel(asked.project_id), 0)
    with waiter.listening(asked.project_id, asked.request_id) as later:
        assert later is not poll
