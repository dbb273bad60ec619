"""The deadlines of gates are on hold during a stop, and continue with the time that was left, beside any pause."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text

from activities.records import Records
from models.contracts.enums import HitlReason, ProjectStatus
from models.contracts.handoff import StepInput
from models.contracts.records import RecordExpiryInput
from models.contracts.stops import StopTarget
from models.tables import HitlRequest
from store import hitl, hitl_deadlines, hitl_opening, projects
from store.transaction import Store
from tests.activities.first_step import Run, a_step
from tests.activities.stops_under_test import release, release_all, stop

HOUR = timedelta(hours=1)
MOMENT = timedelta(seconds=30)
"""What the test itself may take."""


@pytest_asyncio.fixture(autouse=True)
async def _nothing_stays_stopped(store: Store) -> AsyncIterator[None]:
    yield
    await release_all(store)


@pytest_asyncio.fixture
async def step(store: Store, run: Run) -> StepInput:
    """A step whose gate asks."""
    given = await a_step(store)
    await run(given)
    return given


async def request_of(store: Store, step: StepInput) -> HitlRequest:
    async with store.reading() as connection:
        found = await hitl.get(connection, step.request_id)
    assert found is not None
    return found


async def pass_time(store: Store, step: StepInput, time: timedelta) -> None:
    """Move what happened so far into the past, except the deadline."""
    async with store.database.writing() as connection:
        for statement in (
            "UPDATE stop SET created_at = created_at - :time WHERE released_at IS NULL",
            "UPDATE hitl_request SET created_at = created_at - :time, held_since = held_since - :time WHERE id = :id",
            "UPDATE event SET created_at = created_at - :time WHERE project_id = :project",
        ):
            given = {"time": time, "id": step.request_id, "project": step.project_id}
            names = {name: value for name, value in given.items() if f":{name}" in statement}
            await connection.execute(text(statement), names)


async def set_status(store: Store, step: StepInput, status: ProjectStatus, held: dict[UUID, timedelta]) -> None:
    async with store.transaction(step.project_id) as tx:
        await projects.set_status(tx, status, f"{status}:1", None, held)


def is_about(actual: timedelta, expected: timedelta) -> bool:
    return expected <= actual < expected + MOMENT


async def test_a_release_gives_the_time_back(store: Store, step: StepInput) -> None:
    before = await request_of(store, step)
    stopped = await stop(store, StopTarget(project_id=step.project_id))
    held = await request_of(store, step)
    assert held.held_since is not None
    await pass_time(store, step, HOUR)
    await release(store, stopped.id)
    after = await request_of(store, step)
    assert is_about(after.expires_at - before.expires_at, HOUR)
    assert after.held_since is None


async def test_overlapping_stops_count_once(store: Store, step: StepInput) -> None:
    before = await request_of(store, step)
    first = await stop(store)
    await pass_time(store, step, HOUR)
    second = await stop(store, StopTarget(role="analyst"))
    await pass_time(store, step, HOUR)
    await release(store, first.id)
    still = await request_of(store, step)
    assert (still.expires_at, still.held_since is None) == (before.expires_at, False)
    await pass_time(store, step, HOUR)
    await release(store, second.id)
    assert is_about((await request_of(store, step)).expires_at - before.expires_at, 3 * HOUR)


async def test_a_stop_of_others_holds_no_deadline(store: Store, step: StepInput) -> None:
    await stop(store, StopTarget(role="coder"))
    assert (await request_of(store, step)).held_since is None


async def test_a_gate_that_opens_while_a_stop_holds_has_all_its_time(store: Store, run: Run) -> None:
    step = await a_step(store)
    await run(step)
    async with store.database.writing() as connection:  # as if it were opened in the moment of the stop
        await connection.execute(text("DELETE FROM hitl_request WHERE id = :id"), {"id": step.request_id})
    stopped = await stop(store)
    async with store.transaction(step.project_id) as tx:
        opened = await hitl_opening.open_request(tx, step, "workflow", HitlReason.REVIEW, (), "Well?")
    assert (await request_of(store, step)).held_since is not None
    await pass_time(store, step, HOUR)
    await release(store, stopped.id)
    assert is_about((await request_of(store, step)).expires_at - opened.expires_at, HOUR)


async def test_a_gate_that_opens_in_the_moment_of_a_stop_loses_no_time(store: Store, step: StepInput) -> None:
    before = await request_of(store, step)
    stopped = await stop(store)
    async with store.database.writing() as connection:  # neither transaction saw the other
        await connection.execute(text("UPDATE hitl_request SET held_since = NULL WHERE id = :id"), {"id": before.id})
    await pass_time(store, step, HOUR)
    await release(store, stopped.id)
    assert is_about((await request_of(store, step)).expires_at - before.expires_at, HOUR)


async def test_a_gate_that_opens_in_the_middle_of_a_stop_that_it_did_not_see_gains_no_time(
    store: Store, step: StepInput
) -> None:
    before = await request_of(store, step)
    stopped = await stop(store)
    async with store.database.writing() as connection:  # the stop began an hour before the gate opened
        await connection.execute(text("UPDATE hitl_request SET held_since = NULL WHERE id = :id"), {"id": before.id})
        moved = text("UPDATE stop SET created_at = created_at - :time WHERE id = :id")
        await connection.execute(moved, {"time": HOUR, "id": stopped.id})
    await release(store, stopped.id)
    assert is_about((await request_of(store, step)).expires_at - before.expires_at, timedelta(0))


async def test_a_pause_that_begins_during_a_stop_counts_once(store: Store, step: StepInput) -> None:
    before = await request_of(store, step)
    stopped = await stop(store)
    await pass_time(store, step, HOUR)
    await set_status(store, step, ProjectStatus.PAUSED, {})
    await pass_time(store, step, HOUR)
    await release(store, stopped.id)
    assert is_about((await request_of(store, step)).expires_at - before.expires_at, HOUR)
    await set_status(store, step, ProjectStatus.ACTIVE, {step.request_id: HOUR})
    assert is_about((await request_of(store, step)).expires_at - before.expires_at, 2 * HOUR)


async def test_a_pause_that_ends_during_a_stop_counts_once(store: Store, step: StepInput) -> None:
    before = await request_of(store, step)
    await set_status(store, step, ProjectStatus.PAUSED, {})
    await pass_time(store, step, HOUR)
    stopped = await stop(store)
    await pass_time(store, step, HOUR)
    for _ in range(2):  # a lost workflow task records it again
        await set_status(store, step, ProjectStatus.ACTIVE, {step.request_id: 2 * HOUR})
    assert is_about((await request_of(store, step)).expires_at - before.expires_at, 2 * HOUR)
    await pass_time(store, step, HOUR)
    await release(store, stopped.id)
    assert is_about((await request_of(store, step)).expires_at - before.expires_at, 3 * HOUR)


async def expire_at_once(store: Store, request_id: UUID) -> None:
    """Let the deadline be when the request was opened."""
    async with store.database.writing() as connection:
        statement = text("UPDATE hitl_request SET expires_at = created_at WHERE id = :id")
        await connection.execute(statement, {"id": request_id})


@pytest.mark.parametrize("accepts", [True, False])
async def test_nothing_expires_while_a_stop_holds(store: Store, step: StepInput, accepts: bool) -> None:
    request = await request_of(store, step)
    stopped = await stop(store)
    await expire_at_once(store, request.id)
    passed = (await request_of(store, step)).expires_at
    expiry = RecordExpiryInput(project_id=step.project_id, request_id=request.id, accepts=accepts, deadline=passed)
    outcome = await Records(store).record_expiry(expiry)
    assert (outcome.expired, outcome.check_again_in) == (False, hitl_deadlines.SHORTEST_HOLD)
    assert (await request_of(store, step)).status == "pending"
    await pass_time(store, step, HOUR)
    await expire_at_once(store, request.id)
    held = (await Records(store).record_expiry(expiry)).check_again_in
    assert held is not None
    assert is_about(held, HOUR / 10)
    await release(store, stopped.id)
    outcome = await Records(store).record_expiry(expiry)
    assert outcome.deadline is not None
    assert outcome.deadline > datetime.now(UTC) - MOMENT
    assert not outcome.expired
