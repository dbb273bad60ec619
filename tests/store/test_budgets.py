"""Transcripts and budgets: what is stored, reserved and settled, also by many at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from models.contracts.budget import Amounts, Limits
from models.contracts.handoff import Handoff
from models.contracts.pipeline import Pipeline
from store import budget_limits, budgets, project_start, steps, tasks, transcripts
from store.budget_scopes import Scope
from store.patience import patiently
from store.statement import driver_of
from store.transaction import Store

PIPELINE = Pipeline.model_validate(
    {"name": "one", "stages": [{"name": "write", "agent": "coder", "produces": ["source_code"]}]}
)

START = 0
"""Of a task that was submitted and has not started."""


@pytest.fixture
def scope() -> str:
    return f"day:{uuid4()}"


async def new_task(store: Store) -> UUID:
    project, task = uuid7(), uuid7()
    async with store.transaction(project) as tx:
        new = project_start.NewProject(id=project, name="Budgets", brief="# Budgets", pipeline=PIPELINE)
        await project_start.create(tx, new)
    async with store.transaction(project) as tx:
        await tasks.submit(tx, task, f"task-{task}", Handoff(to_agent="coder", phase="task"))
    return task


async def reserve(store: Store, scope: str, task: UUID, amount: float, limit: float = 5.0) -> UUID | None:
    reservation = uuid7()
    scopes = [Scope(scope, None, Limits(usd=limit))]
    async with store.reading() as connection:
        done = await budgets.reserve(connection, reservation, scopes, task, START, Amounts(usd=amount))
    return reservation if done is True else None


async def spent(store: Store, scope: str) -> tuple[float, float]:
    async with store.reading() as connection:
        found = await budget_limits.get(connection, scope)
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
        "asked_for": "openai:m",
        "discarded": None,
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
    first = await reserve(store, scope, task, 0.5)
    await reserve(store, scope, task, 0.5)
    async with store.reading() as connection:
        assert await transcripts.add(connection, task, START, entry(0, 0.2), first)
        assert await spent(store, scope) == (0.2, 0.5)
        assert [each.body for each in await transcripts.of_task(connection, task)] == [b"\x00\xff[]"]
        await transcripts.add(connection, task, START, entry(1))
        await transcripts.add(connection, task, START, entry(2))
        assert await transcripts.discard(connection, task, START, 1, "so")
        assert await transcripts.discard(connection, task, START, 0, "all")
        told = [(each.position, each.discarded) for each in await transcripts.of_task(connection, task)]
        assert told == [(0, "all"), (1, "so"), (2, "so")]


async def test_once_a_task_has_started_again_an_earlier_start_writes_and_pays_nothing(store: Store, scope: str) -> None:
    task = await new_task(store)
    in_flight, other = await reserve(store, scope, task, 0.5), await reserve(store, scope, task, 0.25)
    assert in_flight is not None
    assert other is not None
    async with store.reading() as connection:
        assert await transcripts.add(connection, task, START, entry(0))
        starts = text("UPDATE task SET starts = starts + 1 WHERE id = :id")
        await connection.execute(starts, {"id": task})
        before = await transcripts.of_task(connection, task)
        assert not await transcripts.add(connection, task, START, entry(1, 0.1), in_flight)
        assert not await transcripts.discard(connection, task, START, 0, "so")
        assert not await budgets.free(connection, other, task, START)
        assert await budgets.reserve(connection, uuid7(), [Scope(scope)], task, START, Amounts(usd=0.1)) is None
        assert not await steps.save_checkpoint(connection, task, START, {"at": 1})
        await budgets.settle_reservations_of_task(connection, task, START)
        assert await transcripts.of_task(connection, task) == before
        assert await spent(store, scope) == (0.0, 0.75)
        # The new one books what nobody will settle, once, and writes on.
        for _ in range(2):
            await budgets.settle_reservations_of_task(connection, task, START + 1)
        assert await spent(store, scope) == (0.75, 0.0)
        assert await steps.save_checkpoint(connection, task, START + 1, {"at": 1})
        assert await transcripts.add(connection, task, START + 1, entry(3, 0.1))
        told = [(each.position, each.cost_usd, each.discarded) for each in await transcripts.of_task(connection, task)]
    assert told == [(0, 0.0, None), (1, 0.5, budgets.DIED), (2, 0.25, budgets.DIED), (3, 0.1, None)]


async def test_a_start_waits_for_the_write_of_the_one_before_it(store: Store, scope: str) -> None:
    task = await new_task(store)
    assert await reserve(store, scope, task, 0.5)
    async with store.database.writing() as writing:
        assert await transcripts.add(writing, task, START, entry(0))
        async with store.reading() as connection:
            starting = asyncio.create_task(
                connection.execute(text("UPDATE task SET starts = starts + 1 WHERE id = :id"), {"id": task})
            )
            done, _ = await asyncio.wait([starting], timeout=0.2)
            assert not done
            await driver_of(writing).commit()
            await starting
    async with store.reading() as connection:
        await budgets.settle_reservations_of_task(connection, task, START + 1)
    assert await spent(store, scope) == (0.5, 0.0)


async def test_what_dead_calls_reserved_is_booked_as_spent(store: Store, scope: str) -> None:
    task = await new_task(store)
    released = await reserve(store, scope, task, 0.5)
    assert released is not None
    await reserve(store, scope, task, 0.25)
    async with store.reading() as connection:
        assert await budgets.free(connection, released, task, START)
        assert await spent(store, scope) == (0.0, 0.25)
        lost = await budgets.settle_reservations_of_task(connection, task, START)
        assert lost == [budgets.LostCall(0.25, None)]
        assert await spent(store, scope) == (0.25, 0.0)
        await reserve(store, scope, task, 0.5)
        assert await budgets.settle_old_reservations(connection, timedelta(hours=1)) == []
        age = text("UPDATE reservation SET created_at = created_at - interval '2 hours' WHERE scope = :scope")
        await connection.execute(age, {"scope": scope})
        assert await transcripts.add(connection, task, START, entry(1))
        lost = await budgets.settle_old_reservations(connection, timedelta(hours=1))
        assert lost == [budgets.LostCall(0.5, "openai:m")]
        told = [(each.position, each.kind, each.cost_usd) for each in await transcripts.of_task(connection, task)]
    assert await spent(store, scope) == (0.75, 0.0)
    assert told == [(0, "failed_call", 0.25), (1, "response", 0.0), (2, "failed_call", 0.5)]


async def test_the_same_write_again_has_no_effect_even_while_the_first_one_is_committed(
    store: Store, scope: str
) -> None:
    task, reservation = await new_task(store), uuid7()
    given = entry(0, 0.25)

    async def reserve_it() -> bool:
        async with store.reading() as connection:
            return await budgets.reserve(connection, reservation, [Scope(scope)], task, START, Amounts(usd=0.5)) is True

    async def add_it() -> bool | None:
        async with store.reading() as connection:
            added = await transcripts.add(connection, task, START, given, reservation)
        return added.is_stored if added else None

    for write, expected in ((reserve_it, (0.0, 0.5)), (add_it, (0.25, 0.0))):
        results = await asyncio.gather(*(patiently(write) for _ in range(5)))
        assert True in results
        assert await write()
        assert await spent(store, scope) == expected
    async with store.reading() as connection:
        other = await transcripts.add(connection, task, START, {**given, "body": b"other"})
        assert other == transcripts.Added(is_stored=False, is_alarming=False)
        assert await transcripts.add(connection, task, START + 1, given) is None
        assert len(await transcripts.of_task(connection, task)) == 1
