"""Steps that share budgets: the last cent, the end of a day in the middle of a call, clocks, and odd bills."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.usage import RequestUsage
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment
from uuid_utils.compat import uuid7

from activities import step_budgets, step_transcript
from activities.agent_step import AgentSteps
from activities.records import Records
from activities.step_budgets import StepBudgets
from api.shapes.budgets import BudgetPublic
from config.settings import Settings
from models.contracts.budget import Budget, Limits, Shortage
from models.contracts.enums import HitlReason, ResponseOutcome
from models.contracts.handoff import StepInput, StepResult
from models.contracts.hitl import JudgedResponse
from models.contracts.records import RecordResponsesInput
from models.tables import Budget as BudgetRow
from store import budget_limits, budget_scopes, events, hitl, hitl_decisions
from store.transaction import Store
from tests.activities.first_step import a_step, response_to
from tests.activities.test_overlapping_attempts import TURNS, conversing, written
from tests.conftest import own_store
from tests.crew.model.model_under_test import Model, Tools
from tests.workflows.crew_under_test import Script

CALL_USD, NEEDS_USD = 0.0003, 0.0021
"""What each call of TURNS costs, and less than the most that one may cost."""
DAYS = count()


class Clock:
    """The clock of the workers. Each test begins on a day of its own, whose budget nobody has used."""

    def __init__(self) -> None:
        self.time = datetime(2031, 1, 1, 23, 59, 58, tzinfo=UTC) + timedelta(days=10 * next(DAYS))

    @property
    def scope(self) -> str:
        return budget_scopes.day(self.time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(step_budgets, "now", lambda: clock.time)
    monkeypatch.setattr(step_transcript, "HELD_PAUSE", 0.02)
    return clock


async def run(store: Store, model: Model, step: StepInput, daily: str = "5usd") -> StepResult:
    script = Script()
    script.on(step.handoff.phase, conversing(model, Tools()))
    steps = AgentSteps(store, script.crew(), 1_000_000, daily)
    result: StepResult = await ActivityEnvironment().run(steps.run_agent_step, step)
    return result


async def budget(store: Store, scope: str) -> BudgetRow:
    async with store.reading() as connection:
        return await budget_limits.get(connection, scope)


async def shortage_of(store: Store, result: StepResult) -> tuple[str, Shortage]:
    """Return the question of a budget's gate, and what it is about."""
    assert result.request is not None
    assert result.request.reason is HitlReason.BUDGET
    async with store.reading() as connection:
        request = await hitl.get(connection, result.request.request_id)
    assert request is not None
    return request.question, Shortage.model_validate(request.shortage)


class Acting(Model):
    """Does something in the middle of its first call."""

    async def answer(self, messages: list[ModelMessage], info: Any) -> ModelResponse:
        response = await super().answer(messages, info)
        if len(self.asked) == 1:
            await self.act()
        return response

    async def act(self) -> None:
        raise NotImplementedError


async def test_two_steps_of_two_workers_spend_the_last_cent_once(
    store: Store, settings: Settings, clock: Clock
) -> None:
    limit = NEEDS_USD + 4 * CALL_USD
    models = [Model(TURNS) for _ in range(4)]
    async with own_store(settings) as other:
        steps = [await a_step(store) for _ in models]
        results = await asyncio.gather(
            *(
                run((store, other)[number % 2], model, step, f"{limit}usd")
                for number, (model, step) in enumerate(zip(models, steps, strict=True))
            )
        )
    row = await budget(store, clock.scope)
    asked = sum(len(model.asked) for model in models)
    assert row.spent_usd == pytest.approx(asked * CALL_USD)
    assert row.spent_usd <= limit
    assert row.reserved_usd == 0
    exhausted = [result for result in results if not result.artifacts]
    assert 2 <= asked < 4 * len(TURNS)
    assert exhausted
    for result in exhausted:
        question, shortage = await shortage_of(store, result)
        assert (shortage.kind, shortage.unit) == ("day", "usd")
        assert shortage.spent + shortage.needs > shortage.limit  # nobody waits for a person because of running calls
        assert "This is the budget of the day (UTC), for all projects." in question


async def test_a_call_counts_for_the_day_in_which_it_began(store: Store, clock: Clock) -> None:
    first, moment = clock.scope, clock.time

    class Late(Acting):
        async def act(self) -> None:
            clock.time += timedelta(seconds=3)

    step = await a_step(store)
    assert (await run(store, Late(TURNS), step)).artifacts
    assert first != clock.scope
    days = [await budget(store, scope) for scope in (first, clock.scope)]
    assert [day.spent_usd for day in days] == [pytest.approx(CALL_USD), pytest.approx(2 * CALL_USD)]
    assert [day.reserved_usd for day in days] == [0, 0]
    # A clock that is set back does not open the day before again: what it has spent still counts.
    clock.time = moment
    limit = CALL_USD + NEEDS_USD
    assert (await run(store, Model(TURNS), await a_step(store), f"{limit}usd")).request is not None
    assert (await budget(store, first)).spent_usd <= limit


async def test_a_limit_that_is_lowered_below_what_is_spent_ends_the_step_after_the_call(
    store: Store, clock: Clock
) -> None:
    step = await a_step(store)
    scope = budget_scopes.project(step.project_id)

    class Lowering(Acting):
        async def act(self) -> None:
            async with store.reading() as connection:
                await budget_limits.set_limits(connection, scope, step.project_id, Budget(usd=0.0001))

    question, shortage = await shortage_of(store, await run(store, Lowering(TURNS), step))
    assert question.startswith("Spent 0.0003 of 0.0001 USD; the analyst needs about 0.002")
    assert (shortage.kind, shortage.limit) == ("project", 0.0001)
    row = await budget(store, scope)
    assert row.spent_usd == pytest.approx(CALL_USD)
    assert row.reserved_usd == 0
    # Raised, the same task continues: the call that was paid is not made again.
    async with store.reading() as connection:
        await budget_limits.set_limits(connection, scope, step.project_id, Budget(usd=1))
    again = step.model_copy(update={"continued": 1})
    model = Model(TURNS)
    assert (await run(store, model, again)).artifacts
    task, entries = await written(store, step.task_id)
    assert (task.round, len(model.asked)) == (1, len(TURNS) - 1)
    assert sum(entry.cost_usd for entry in entries) == pytest.approx(len(TURNS) * CALL_USD)


@pytest.mark.parametrize(
    "said",
    [
        RequestUsage(input_tokens=0, output_tokens=5),
        RequestUsage(input_tokens=-100, output_tokens=5),
        RequestUsage(input_tokens=float("nan"), output_tokens=5),
        RequestUsage(input_tokens=float("inf"), output_tokens=5),
        RequestUsage(input_tokens=2**62, output_tokens=2**62),
    ],
)
async def test_a_bill_that_cannot_be_is_booked_as_reserved(store: Store, clock: Clock, said: RequestUsage) -> None:
    reserved = []

    class Odd(Acting):
        async def act(self) -> None:
            row = await budget(store, clock.scope)
            reserved.append((row.reserved_usd, row.reserved_tokens))

    odd = replace(TURNS[0], usage=said)
    model = Odd([odd, *TURNS[1:]])
    await run(store, model, await a_step(store))
    row, others = await budget(store, clock.scope), len(model.asked) - 1
    ((usd, tokens),) = reserved
    assert row.spent_usd == pytest.approx(usd + others * CALL_USD)
    assert row.spent_tokens == tokens + others * 200
    assert (row.reserved_usd, row.reserved_tokens, row.reserved_seconds) == (0, 0, 0)
    assert 0 <= row.spent_seconds < 60


async def test_a_step_of_a_stage_with_a_budget_asks_for_it_and_a_raise_replaces_the_next_allowance(
    store: Store, clock: Clock
) -> None:
    step = await a_step(store, budget=Budget(tokens=1_500))
    question, shortage = await shortage_of(store, await run(store, Model(TURNS), step))
    assert (shortage.kind, shortage.unit, shortage.limit, shortage.once) == ("step", "tokens", 1500, 1500)
    assert question.startswith("Spent 200 of 1,500 tokens; the analyst needs about 1,")
    async with store.reading() as connection:
        await budget_limits.raise_limits(connection, step.project_id, shortage, Budget(tokens=100))
    again = step.model_copy(update={"continued": 1, "request_id": step.task_id})
    _, shortage = await shortage_of(store, await run(store, Model(TURNS), again))
    assert shortage.limit in (1600, 1600.0)


async def test_the_highest_budget_does_not_grow_any_more(store: Store) -> None:
    most = Budget(usd=1e9, tokens=10**15, seconds=9e8)
    step = (await a_step(store, budget=most)).model_copy(update={"continued": 2})
    own = StepBudgets(step, Budget(usd=5)).scopes(1e12)[0]
    assert own.limits == Limits(usd=1e9, tokens=10**15, seconds=1e9)
    assert StepBudgets(step.model_copy(update={"budget": None}), Budget(usd=5)).scopes(1e12)[0].limits.usd == 1e9
    raised = BudgetRow(scope=own.name, limit_usd=1e9, raised_usd=1e9)
    assert BudgetPublic.of(raised).limits == Limits(usd=1e9)


async def test_a_raise_of_what_is_not_exhausted_is_refused_also_past_the_api(store: Store, clock: Clock) -> None:
    step = await a_step(store, budget=Budget(tokens=1_500))
    await shortage_of(store, await run(store, Model(TURNS), step))
    useless, useful = [
        await response_to(store, step.request_id, "approve", raise_by=by)
        for by in (Budget(usd=500), Budget(usd=500, tokens=5))
    ]
    records = Records(store)
    for response, refused in ((useless, True), (useless, True), (useful, False)):
        judged = JudgedResponse(response=response, outcome=ResponseOutcome.APPLIED)
        batch = RecordResponsesInput(project_id=step.project_id, responses=(judged,))
        outcome = await ActivityEnvironment().run(records.record_responses, batch)
        assert (outcome.refused, outcome.response) == (refused, None if refused else useful)
    async with store.reading() as connection:
        history = {
            response.decision_id: await hitl_decisions.get(connection, step.request_id, response.decision_id)
            for response in (useless, useful)
        }
    explanations = [decision and decision.explanation for decision in history.values()]
    assert explanations == ["raise_by names no tokens, which are what is exhausted", None]


async def test_most_of_a_budget_is_reported_even_if_the_worker_died_before(store: Store, clock: Clock) -> None:
    step = await a_step(store)
    scope = budget_scopes.project(step.project_id)

    async def limit(usd: float) -> None:
        async with store.reading() as connection:
            await budget_limits.set_limits(connection, scope, step.project_id, Budget(usd=usd))

    async def alerts() -> list[tuple[str, int]]:
        async with store.reading() as connection:
            log = await events.since(connection, step.project_id, 0)
        return [(event.data["kind"], event.data["percent"]) for event in log if event.event_type == "budget_alert"]

    await limit(0.0025)
    assert (await run(store, Model(TURNS), step)).request is not None
    assert await alerts() == []
    async with store.reading() as connection:  # as if the call had been settled, and nothing after it had run
        await connection.execute(text("UPDATE budget SET spent_usd = 0.0023 WHERE scope = :scope"), {"scope": scope})
    again = step.model_copy(update={"continued": 1, "request_id": step.task_id})
    assert (await run(store, Model(TURNS), again)).request is not None
    assert await alerts() == [("project", 90)]
    await limit(0.0075)
    last = step.model_copy(update={"continued": 2, "request_id": uuid7()})
    assert (await run(store, Model(TURNS), last)).artifacts
    assert await alerts() == [("project", 90)]
