"""What one statement decides before a call: whether a stop holds the step, and whether every budget has room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from models.contracts.budget import Amounts, Limits
from models.contracts.stops import HeldStop, StopTarget
from store import budgets
from store.transaction import Store
from tests.activities.stops_under_test import release, stop
from tests.store.reserved_calls import Calls, calls
from tests.store.test_budgets import START
from tests.waiting import eventually


async def test_a_scope_that_refuses_what_fitted_a_moment_before_leaves_the_others_as_they_are(store: Store) -> None:
    made = await calls(store, Limits(usd=5), Limits(usd=5), Limits(usd=1))
    assert await made.reserve(0.25)
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || :waits || '%'"
    async with store.database.writing() as other:
        spend = text("UPDATE budget SET spent_usd = 0.5 WHERE scope = :scope")
        await other.execute(spend, {"scope": made.scopes[2].name})
        reserving = asyncio.create_task(made.reserve(0.5))
        async with store.reading() as connection:

            async def is_blocked() -> bool:
                return bool((await connection.execute(text(blocked), {"waits": "stopping AS"})).scalar_one())

            await eventually(is_blocked)
        await other.commit()
    assert await reserving is None
    assert [(await made.row(index)).reserved_usd for index in range(3)] == [0.25] * 3
    assert await made.reserve(0.25)


@pytest.mark.parametrize(
    ("target", "is_held"),
    [
        (lambda made, other: StopTarget(), True),
        (lambda made, other: StopTarget(project_id=made.project), True),
        (lambda made, other: StopTarget(role="coder"), True),
        (lambda made, other: StopTarget(project_id=made.project, task_id=made.task), True),
        (lambda made, other: StopTarget(role="tester"), False),
        (lambda made, other: StopTarget(project_id=other.project, role="coder"), False),
        (lambda made, other: StopTarget(project_id=other.project, task_id=other.task), False),
    ],
)
async def test_nothing_is_reserved_for_a_step_that_a_stop_holds(
    store: Store, target: Callable[[Calls, Calls], StopTarget], is_held: bool
) -> None:
    made = await calls(store, Limits(usd=5))
    wanted = target(made, await calls(store))
    held = await stop(store, wanted, "Too dear.")
    try:
        async with store.reading() as connection:
            given = (made.scopes, made.task, START, Amounts(usd=0.5))
            reserved = await budgets.reserve(connection, uuid7(), *given)
    finally:
        await release(store, held.id)
    if is_held:
        assert isinstance(reserved, HeldStop)
        assert (reserved.stop_id, reserved.target, reserved.reason) == (held.id, wanted, "Too dear.")
    assert (await made.row()).reserved_usd == (0 if is_held else 0.5)
    assert await made.reserve(0.5)
