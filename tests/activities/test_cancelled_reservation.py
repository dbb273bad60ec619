"""A step that is cancelled while it reserves: what was still committed is not booked for a call never made."""

from __future__ import annotations

import asyncio
import time
from typing import Any, LiteralString
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from activities import step_transcript
from config.settings import Settings
from store import budgets, patience, statement
from store.transaction import Store
from tests.activities.first_step import a_step
from tests.activities.test_overlapping_attempts import TURNS, conversing, run
from tests.activities.unreliable_postgres import unreliable_store
from tests.crew.model.model_under_test import Model, Tools
from tests.workflows.crew_under_test import Script

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


async def reserved(store: Store, task: UUID) -> int:
    async with store.reading() as connection:
        held = text("SELECT count(*) FROM reservation WHERE task_id = :task")
        return int((await connection.execute(held, {"task": task})).scalar_one())


@pytest.mark.parametrize("recovers", [True, False])
async def test_a_reservation_of_a_cancelled_step_is_released_soon_or_not_waited_for(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, recovers: bool
) -> None:
    made = asyncio.Event()

    async def loses_the_acknowledgement(connection: AsyncConnection, sql: LiteralString, **values: Any) -> list[Any]:
        if "scopes" in values and not made.is_set():  # a reservation, which commits by itself
            proxy.loses, proxy.refuses = 1, 0 if recovers else 10**6
            made.set()
        return await statement.run(connection, sql, **values)

    monkeypatch.setattr(budgets, "run", loses_the_acknowledgement)
    monkeypatch.setattr(patience, "FIRST_PAUSE", 30.0)  # so that it is cancelled before it tries again
    monkeypatch.setattr(step_transcript, "CANCELLED_SECONDS", 30.0 if recovers else 0.2)
    crew, model, step = Script(), Model(TURNS), await a_step(store)
    crew.on("plan", conversing(model, Tools()))
    async with unreliable_store(settings) as (through, proxy):
        working = asyncio.create_task(run(through, crew, step))
        await made.wait()
        while proxy.loses or not await reserved(store, step.task_id):
            await asyncio.sleep(0.01)
        started = time.monotonic()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert recovers or time.monotonic() - started < 20
    assert model.asked == []
    assert (await reserved(store, step.task_id) == 0) == recovers
