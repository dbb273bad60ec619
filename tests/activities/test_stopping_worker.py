"""A worker that is stopping: the calls that it has begun are stored, and it begins no others."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models.function import AgentInfo
from sqlalchemy import text
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.agent_step import AgentSteps
from config.settings import Settings
from crew.transcript import EntryKind
from store import budgets, transcripts
from store.transaction import Store
from tests.activities.first_step import a_step
from tests.activities.test_overlapping_attempts import TURNS, conversing, counted_cost, run, written
from tests.crew.model.model_under_test import Model, Tools
from tests.store.test_budgets import START, new_task, reserve, spent
from tests.workflows.crew_under_test import Script
from worker.sweeper import settle_abandoned_reservations


async def test_a_call_in_flight_is_stored_and_the_next_one_is_left_to_another_worker(store: Store) -> None:
    stopping, model, tools, script = ActivityEnvironment(), Model(TURNS), Tools(), Script()

    class Asked(Model):
        async def answer(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
            stopping.worker_shutdown()
            await asyncio.sleep(0.05)
            return await super().answer(messages, info)

    first = Asked(TURNS)
    script.on("plan", conversing(first, tools), conversing(model, tools))
    step = await a_step(store)
    with pytest.raises(ApplicationError, match="the worker is stopping") as ended:
        await stopping.run(AgentSteps(store, script.crew(), 1_000_000, "5usd").run_agent_step, step)
    assert (ended.value.type, ended.value.non_retryable) == ("WorkerStopping", False)
    assert (len(first.asked), tools.acts) == (1, ["a"])
    assert (await run(store, script, step)).artifacts
    assert (len(model.asked), tools.acts) == (len(TURNS) - 1, ["a", "b"])
    task, entries = await written(store, step.task_id)
    assert task.failures == 0
    assert [each.kind for each in entries if each.kind != EntryKind.TOOL_RESULT] == [
        EntryKind.PROMPT,
        *[EntryKind.RESPONSE] * len(TURNS),
    ]


@pytest.mark.parametrize(("hours", "is_booked"), [(2.5, False), (3.5, True)])
async def test_a_reservation_is_abandoned_only_when_no_call_may_take_as_long(
    store: Store, settings: Settings, hours: float, is_booked: bool
) -> None:
    patient = settings.model_copy(update={"model_seconds": timedelta(hours=2).total_seconds()})
    scope = f"day:{hours}"
    task = await new_task(store)
    await reserve(store, scope, task, 0.5)
    async with store.reading() as connection:
        older = text("UPDATE reservation SET created_at = created_at - :hours * interval '1 hour' WHERE scope = :scope")
        await connection.execute(older, {"hours": hours, "scope": scope})
    counted = counted_cost()
    assert await settle_abandoned_reservations(store, patient) == is_booked
    assert counted_cost() - counted == pytest.approx(0.5 * is_booked)
    assert await spent(store, scope) == ((0.5, 0.0) if is_booked else (0.0, 0.5))
    async with store.reading() as connection:
        assert len(await transcripts.of_task(connection, task)) == is_booked
        await budgets.settle_reservations_of_task(connection, task, START)
