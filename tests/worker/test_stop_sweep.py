"""The sweeper records the events of a stop whose API was killed, and releases stops with nothing left to hold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.contracts.enums import EventType, ProjectStatus
from models.contracts.stops import StopTarget
from store import projects, stop_log, stops
from store.transaction import Store
from tests.activities.first_step import a_step
from tests.activities.stops_under_test import release, stop
from tests.workflows.project_records import ProjectRecords
from worker import sweeper


async def changes(store: Store, records: ProjectRecords) -> list[bool]:
    return [event.data["stopped"] for event in await records.events(EventType.STOP_CHANGE)]


async def test_what_the_api_did_not_record_of_a_stop_is_recorded_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "GRACE", timedelta(0))
    first, second = [ProjectRecords(store, (await a_step(store)).project_id) for _ in range(2)]
    stopped = await stop(store)
    async with store.transaction(first.id) as tx:  # then the API was killed
        stop_log.record(tx, stopped)
    for _ in range(2):
        await sweeper.tidy_stops(store)
        assert (await changes(store, first), await changes(store, second)) == ([True], [True])
    await release(store, stopped.id)
    await sweeper.tidy_stops(store)
    assert (await changes(store, first), await changes(store, second)) == ([True, False], [True, False])
    assert await sweeper.tidy_stops(store) == 0


async def test_a_role_is_stopped_in_the_log_of_those_projects_that_have_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "GRACE", timedelta(0))
    records = ProjectRecords(store, (await a_step(store)).project_id)
    for role in ("coder", "analyst"):
        stopped = await stop(store, StopTarget(role=role))
        await sweeper.tidy_stops(store)
        await release(store, stopped.id)
    assert [event.data["role"] for event in await records.events(EventType.STOP_CHANGE)] == ["analyst"]


async def test_the_stop_of_a_project_that_has_ended_is_released(store: Store) -> None:
    records = ProjectRecords(store, (await a_step(store)).project_id)
    stopped = await stop(store, StopTarget(project_id=records.id))
    await sweeper.tidy_stops(store)
    async with store.transaction(records.id) as tx:
        await projects.set_status(tx, ProjectStatus.CANCELLED, "cancelled", None)
    assert await sweeper.tidy_stops(store) >= 1
    async with store.reading() as connection:
        found = await stops.get(connection, stopped.id)
    assert found is not None
    assert (found.released_by, found.release_reason) == ("BotArmy", "What it stopped has ended.")
