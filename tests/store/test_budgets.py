"""Transcripts and budgets: what is stored, reserved and settled, also by many at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from models.contracts.handoff import Handoff
from models.contracts.pipeline import Pipeline
from store import budgets, projects, tasks, transcripts
from store.transaction import Store

PIPELINE = Pipeline.model_validate(
    {"name": "one", "stages": [{"name": "write", "agent": "coder", "produces": ["source_code"]}]}
)


@pytest.fixture
def scope() -> str:
    return f"day:{uuid4()}"


async def new_task(store: Store) -> UUID:
    project, task = uuid7(), uuid7()
    async with store.transaction(project) as tx:
        await projects.create(tx, projects.NewProject(id=project, name="Budgets", brief="# Budgets", pipeline=PIPELINE))
    async with store.transaction(project) as tx:
        await tasks.submit(tx, task, f"task-{task}", Handoff(to_agent="coder", phase="task"))
    return task


async def reserve(store: Store, scope: str, task: UUID, amount: float, limit: float = 5.0) -> UUID | None:
    reservation = uuid7()
    async with store.reading() as connection:
        done = await budgets.reserve(connection, reservation, scope, task, amount, limit)
    return reservation if done else None


async def spent(store: Store, scope: str) -> tuple[float, float]:
    async with store.reading() as connection:
        found = await budgets.spent(connection, scope)
    return round(found.spent_usd, 6), round(found.reserved_usd, 6)


def entry(position: int, cost_usd: float = 0.0) -> dict[str, object]:
    return {
        "position": position,
        "kind": "response",
        "fingerprint": "f",
        "call_id": None,
        "body": b"\x00\xff[]",
        "model": "m",
        "input_tokens": 1,
        "output_tokens": 2,
        "cached_tokens": 0,
        "cost_usd": cost_usd,
        "seconds": 1.0,
    }


async def test_two_cannot_spend_the_last_cent_twice(store: Store, scope: str) -> None:
    task = await new_task(store)
    made = await asyncio.gather(*(reserve(store, scope, task, 0.3, 1.0) for _ in range(20)))
    assert len([each for each in made if each]) == 3
    assert await spent(store, scope) == (0.0, 0.9)
    assert await reserve(store, scope, task, 0.1, 1.0) is not None
    assert await reserve(store, scope, task, 0.01, 1.0) is None
    assert await reserve(store, f"{scope}-other", task, 1.5, 1.0) is None


async def test_a_response_is_stored_and_its_reservation_settled_at_once(store: Store, scope: str) -> None:
    task = await new_task(store)
    first, second = await reserve(store, scope, task, 0.5), await reserve(store, scope, task, 0.5)
    async with store.reading() as connection:
        assert await transcripts.add(connection, task, entry(0, 0.2), first)
        assert await spent(store, scope) == (0.2, 0.5)
        # Another attempt has stored this position. What its call cost is still booked.
        assert not await transcripts.add(connection, task, entry(0, 0.1), second)
        assert await spent(store, scope) == (0.3, 0.0)
        assert [each.body for each in await transcripts.of_task(connection, task)] == [b"\x00\xff[]"]
        await transcripts.add(connection, task, entry(1))
        await transcripts.discard(connection, task, 1)
        assert [each.position for each in await transcripts.of_task(connection, task)] == [0]


async def test_what_dead_calls_reserved_is_booked_as_spent(store: Store, scope: str) -> None:
    task = await new_task(store)
    released = await reserve(store, scope, task, 0.5)
    assert released is not None
    await reserve(store, scope, task, 0.25)
    async with store.reading() as connection:
        await budgets.release(connection, released, 0.0)
        assert await spent(store, scope) == (0.0, 0.25)
        await budgets.book_abandoned(connection, task)
        assert await spent(store, scope) == (0.25, 0.0)
        await reserve(store, scope, task, 0.5)
        assert await budgets.book_orphans(connection, timedelta(hours=1)) == 0
        age = text("UPDATE reservation SET created_at = created_at - interval '2 hours' WHERE scope = :scope")
        await connection.execute(age, {"scope": scope})
        assert await budgets.book_orphans(connection, timedelta(hours=1)) == 1
    assert await spent(store, scope) == (0.75, 0.0)
