"""Budgets in several scopes at once: all of them or none, raised, lowered, and reported once for each part."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from models.contracts.budget import Amounts, Budget, BudgetKind, BudgetUnit, Limits, Shortage
from store import budget_limits, budgets, transcripts
from store.budget_scopes import Scope
from store.transaction import Store
from tests.store.reserved_calls import Calls, calls
from tests.store.test_budgets import START, entry


async def test_one_scope_without_room_leaves_the_others_as_they_are(store: Store) -> None:
    made = await calls(store, Limits(usd=5), Limits(usd=1), Limits(usd=5))
    assert await made.reserve(0.75, tokens=10)
    assert await made.reserve(0.5, tokens=10) is None
    assert [(await made.row(index)).reserved_usd for index in range(3)] == [0.75] * 3
    assert [(await made.row(index)).reserved_tokens for index in range(3)] == [10] * 3
    async with store.reading() as connection:
        shortage = await budget_limits.find_shortage(connection, made.scopes, Amounts(usd=0.5))
    assert shortage is not None
    assert (shortage.kind, shortage.unit, shortage.limit, shortage.may_pass) == ("project", "usd", 1, True)
    assert shortage.describe("coder") == (
        "Spent 0.00 of 1.00 USD; running calls may use 0.75 USD more; the coder needs about 0.50 for the next turn"
    )


async def test_many_at_once_in_opposite_order_neither_overspend_nor_wait_for_each_other(store: Store) -> None:
    first = await calls(store, Limits(), Limits(), Limits(usd=1.0))
    second = await calls(store, Limits(), Limits())
    second.scopes = [first.scopes[2], *reversed(second.scopes)]

    async def spend(made: Calls, number: int) -> float:
        reservation = await made.reserve(0.1, tokens=1, seconds=1)
        if reservation is None:
            return 0.0
        async with store.reading() as connection:
            assert await budgets.free(connection, reservation, made.task, START)
        reservation = await made.reserve(0.1)
        return 0.1 if reservation else 0.0

    made = await asyncio.gather(*(spend((first, second)[number % 2], number) for number in range(60)))
    row = await first.row(2)
    assert sum(made) <= 1.0 + 1e-9
    assert row.reserved_usd == pytest.approx(sum(made))
    assert (row.reserved_tokens, row.reserved_seconds) == (0, 0)


@pytest.mark.parametrize(
    ("limits", "fits", "exceeds"),
    [
        (Limits(tokens=100), Amounts(usd=9, tokens=100), Amounts(tokens=1)),
        (Limits(seconds=100), Amounts(usd=9, seconds=150), Amounts(tokens=1)),
        (Limits(usd=0.3), Amounts(usd=0.1 + 0.2, tokens=1), Amounts(usd=0.01)),
    ],
)
async def test_each_unit_is_limited(store: Store, limits: Limits, fits: Amounts, exceeds: Amounts) -> None:
    """Time is left as long as any is: a call that begins in time may end."""
    made = await calls(store, limits)
    assert await made.reserve(**fits.model_dump())
    assert await made.reserve(**exceeds.model_dump()) is None


async def test_what_a_call_used_is_booked_in_each_scope_or_else_what_was_reserved(store: Store) -> None:
    made = await calls(store, Limits(), Limits(), Limits())
    await made.settle(await made.reserve(0.5, 1000, 60), 0.2, tokens=300)
    await made.settle(await made.reserve(0.5, 1000, 60), 0.5)
    async with store.reading() as connection:
        names = [scope.name for scope in made.scopes]
        await transcripts.add(connection, made.task, START, entry(2) | {"kind": "tool_result"}, scopes=names)
    for index in range(3):
        row = await made.row(index)
        assert (row.spent_usd, row.spent_tokens, row.spent_seconds) == (0.7, 1300, 3.0)
        assert (row.reserved_usd, row.reserved_tokens, row.reserved_seconds) == (0, 0, 0)


async def test_a_dead_call_is_booked_in_each_scope_and_once_in_the_transcript(store: Store) -> None:
    made = await calls(store, Limits(), Limits(), Limits())
    assert await made.reserve(0.5, 1000, 60)
    async with store.reading() as connection:
        # As if the clock had been set back since the call began.
        later = text("UPDATE reservation SET created_at = created_at + interval '1 hour' WHERE task_id = :task")
        await connection.execute(later, {"task": made.task})
        await budgets.settle_reservations_of_task(connection, made.task, START)
        await budgets.settle_reservations_of_task(connection, made.task, START)
        told = [(each.kind, each.cost_usd, each.seconds) for each in await transcripts.of_task(connection, made.task)]
    assert told == [("failed_call", 0.5, 0.0)]
    for index in range(3):
        row = await made.row(index)
        assert (row.spent_usd, row.spent_tokens, row.spent_seconds) == (0.5, 1000, 0.0)
        assert (row.reserved_usd, row.reserved_tokens, row.reserved_seconds) == (0, 0, 0)


async def test_a_limit_below_what_is_spent_allows_nothing_until_it_is_raised(store: Store) -> None:
    made = await calls(store, Limits(), Limits())
    await made.spend(2.0)
    scope = made.scopes[1].name
    async with store.database.writing() as connection:
        await budget_limits.set_limits(connection, scope, made.project, Budget(usd=1.5))
    assert await made.reserve(0.01) is None
    row = await made.row(1)
    assert (row.spent_usd, row.reserved_usd, row.limit_usd) == (2.0, 0, 1.5)
    async with store.reading() as connection:
        shortage = await budget_limits.find_shortage(connection, made.scopes, Amounts(usd=0.01))
        assert shortage is not None
        assert not shortage.may_pass
        await budget_limits.raise_limits(connection, made.project, shortage, Budget(usd=0.6))
    assert await made.reserve(0.1)
    assert await made.reserve(0.1) is None


@pytest.mark.parametrize(
    ("limits", "first", "by", "then"),
    [
        (Limits(usd=1), Amounts(usd=1.5), Budget(usd=1), Amounts(usd=0.6)),
        (Limits(tokens=100), Amounts(tokens=150), Budget(tokens=100), Amounts(tokens=60)),
    ],
)
async def test_a_raise_counts_in_its_unit_and_a_first_call_is_limited_too(
    store: Store, limits: Limits, first: Amounts, by: Budget, then: Amounts
) -> None:
    made = await calls(store, limits)
    assert await made.reserve(**first.model_dump()) is None
    async with store.reading() as connection:
        shortage = await budget_limits.find_shortage(connection, made.scopes, first)
        assert shortage is not None
        await budget_limits.raise_limits(connection, made.project, shortage, by)
    assert await made.reserve(**first.model_dump())
    assert await made.reserve(**then.model_dump()) is None


async def test_a_raise_of_working_time_counts(store: Store) -> None:
    made = await calls(store, Limits(seconds=60))
    assert await made.reserve(seconds=60)
    assert await made.reserve(seconds=1) is None
    async with store.reading() as connection:
        shortage = await budget_limits.find_shortage(connection, made.scopes, Amounts(seconds=1))
        assert shortage is not None
        await budget_limits.raise_limits(connection, made.project, shortage, Budget(seconds=60))
    assert await made.reserve(seconds=60)
    assert await made.reserve(seconds=1) is None


async def test_a_person_is_asked_about_the_budget_that_stays_exhausted(store: Store) -> None:
    """The other one may allow the call once the running calls are settled: a raise of it would be in vain."""
    made = await calls(store, Limits(usd=1), Limits(usd=2))
    running = await made.reserve(0.9)
    async with store.database.writing() as connection:
        await budget_limits.set_limits(connection, made.scopes[1].name, made.project, Budget(usd=0.1))
    made.scopes[1] = Scope(made.scopes[1].name, made.project)
    async with store.reading() as connection:
        shortage = await budget_limits.find_shortage(connection, made.scopes, Amounts(usd=0.5))
    assert running
    assert shortage is not None
    assert (shortage.scope, shortage.may_pass) == (made.scopes[1].name, False)


async def test_a_raise_reaches_a_scope_in_which_nothing_was_ever_reserved(store: Store) -> None:
    made = await calls(store, Limits(usd=0.5))
    assert await made.reserve(1.0) is None
    async with store.reading() as connection:
        shortage = await budget_limits.find_shortage(connection, made.scopes, Amounts(usd=1.0))
        assert shortage is not None
        await budget_limits.raise_limits(connection, made.project, shortage, Budget(usd=0.5))
    assert await made.reserve(1.0)


async def test_a_raise_replaces_the_allowance_of_a_step_that_continues(store: Store) -> None:
    made = await calls(store, Limits(usd=2))
    scope = made.scopes[0].name
    shortage = Shortage(
        kind=BudgetKind.STEP, scope=scope, unit=BudgetUnit.USD, spent=2, reserved=0, limit=2, needs=1, once=2
    )
    async with store.reading() as connection:
        await budget_limits.raise_limits(connection, made.project, shortage, Budget(usd=0.5))
    made.scopes = [Scope(scope, made.project, Limits(usd=4), once=Limits(usd=2))]
    assert await made.reserve(2.6) is None
    assert await made.reserve(2.5)


async def test_each_part_of_a_budget_is_reported_once(store: Store) -> None:
    made = await calls(store, Limits(usd=100), Limits(usd=10))
    alarming = [await made.spend(amount) for amount in (7.9, 0.1, 0.5, 0.5, 0.4)]
    assert alarming == [False, True, True, True, True]  # nobody has reported it yet
    assert await made.alert() == [("project", 90, 9.4, 10.0)]
    assert await made.spend(0.05) is False
    assert await made.spend(0.05) is True
    recorded = await asyncio.gather(*(made.alert() for _ in range(4)))
    assert max(map(len, recorded)) == 2
    expected = [("project", 90, 9.4, 10.0), ("project", 95, 9.5, 10.0)]
    assert await made.alert() == expected
    # After a raise, only what is newly passed is reported.
    async with store.database.writing() as connection:
        await budget_limits.set_limits(connection, made.scopes[1].name, made.project, Budget(usd=11))
    made.scopes[1] = Scope(made.scopes[1].name, made.project)
    assert await made.alert() == expected
    assert await made.spend(0.4) is True
    assert await made.alert() == [*expected, ("project", 90, 9.9, 11.0)]


async def test_a_lower_limit_reports_what_it_newly_passes(store: Store) -> None:
    made = await calls(store, Limits(), Limits())
    scope = made.scopes[1].name
    assert await made.spend(1.8) is False
    async with store.database.writing() as connection:
        await budget_limits.set_limits(connection, scope, made.project, Budget(usd=2))
    assert await made.spend(0.01) is True
    assert await made.alert() == [("project", 90, 1.81, 2.0)]
    for limit in (3, 1.9):  # raised, then lowered
        async with store.database.writing() as connection:
            await budget_limits.set_limits(connection, scope, made.project, Budget(usd=limit))
    assert await made.spend(0.01) is True
    assert await made.alert() == [("project", 90, 1.81, 2.0), ("project", 95, 1.82, 1.9)]
