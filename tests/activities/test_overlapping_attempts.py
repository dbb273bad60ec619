"""Attempts of one step that overlap, because a worker was presumed dead; and a provider that asks to wait forever."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic_ai.exceptions import ModelRateLimitError
from pydantic_ai.messages import ModelMessage, ModelResponse
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.agent_step import AgentSteps
from crew.model.tool import Tool
from crew.protocol import AgentError, Assignment, Outcome, Step
from crew.transcript import EntryKind
from models.contracts.handoff import StepInput, StepResult
from models.tables import Budget, Task, TranscriptEntry
from store import budget_limits, budget_scopes, budgets, hitl, tasks, transcripts
from store.transaction import Store
from telemetry.metrics import MODEL_COST
from tests.activities.first_step import a_step
from tests.crew.model.model_under_test import Model, Tools, Word, call, conversation, says
from tests.workflows.crew_under_test import Script, Turn, raises, works

TURNS = (
    says(call("act", "1", word="a")),
    says(call("act", "2", word="b")),
    says(call("done", "3", text="all")),
)


class Hold:
    """A point that each attempt reaches and passes only when it is let go."""

    def __init__(self) -> None:
        self.attempts: list[asyncio.Event] = []
        self._arrived = asyncio.Condition()

    async def __call__(self) -> None:
        let_go = asyncio.Event()
        self.attempts.append(let_go)
        async with self._arrived:
            self._arrived.notify_all()
        await let_go.wait()

    async def wait_for(self, attempts: int) -> None:
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: len(self.attempts) == attempts)


@dataclass
class HeldModel(Model):
    """Is held in its second turn."""

    hold: Hold | None = None

    async def answer(self, messages: list[ModelMessage], info: Any) -> ModelResponse:
        response = await super().answer(messages, info)
        if self.hold is not None and response is TURNS[1]:
            await self.hold()
        return response


@dataclass
class HeldTools(Tools):
    """Are held in the call of the second turn."""

    hold: Hold | None = None

    def all(self) -> tuple[Tool, ...]:
        async def act(arguments: Word) -> str:
            if self.hold is not None and arguments.word == "b":
                await self.hold()
            self.acts.append(arguments.word)
            return "done"

        return tuple(replace(tool, run=act) if tool.name == "act" else tool for tool in super().all())


def conversing(model: Model, tools: Tools) -> Turn:
    async def turn(assignment: Assignment, step: Step) -> Outcome:
        await conversation(model, step, tools, continued=assignment.continued).run()
        return await works(assignment, step)

    return turn


async def run(store: Store, script: Script, step: StepInput, max_wait: timedelta = timedelta(hours=1)) -> StepResult:
    steps = AgentSteps(store, script.crew(), 1_000_000, "5usd", max_wait)
    result: StepResult = await ActivityEnvironment().run(steps.run_agent_step, step)
    return result


async def written(store: Store, task_id: UUID) -> tuple[Task, list[TranscriptEntry]]:
    async with store.reading() as connection:
        task = await tasks.get(connection, task_id)
        assert task is not None
        return task, await transcripts.of_task(connection, task_id)


async def spent_today(store: Store) -> Budget:
    async with store.reading() as connection:
        return await budget_limits.get(connection, budget_scopes.day(datetime.now(UTC)))


def counted_cost() -> float:
    """Return what Prometheus' metric says that all calls cost."""
    return sum(each.value for metric in MODEL_COST.collect() for each in metric.samples)


@pytest.mark.parametrize("older_first", [True, False])
@pytest.mark.parametrize("held_in", ["model", "tool"])
async def test_an_attempt_that_was_given_up_neither_writes_nor_pays_once_the_next_has_started(
    store: Store, held_in: str, older_first: bool
) -> None:
    hold, script = Hold(), Script()
    model = HeldModel(TURNS, hold=hold if held_in == "model" else None)
    tools = HeldTools(hold=hold if held_in == "tool" else None)
    script.on("plan", conversing(model, tools))
    step, before, counted = await a_step(store), await spent_today(store), counted_cost()
    older = asyncio.create_task(run(store, script, step))
    await hold.wait_for(1)
    newer = asyncio.create_task(run(store, script, step))
    await hold.wait_for(2)
    for index in (0, 1) if older_first else (1, 0):
        hold.attempts[index].set()
        await asyncio.wait([(older, newer)[index]])
    with pytest.raises(ApplicationError, match="has started again") as ended:
        await older
    assert ended.value.type == "SupersededAttemptError"
    assert not ended.value.non_retryable
    assert (await newer).artifacts
    # Three turns, and the one in flight: the older attempt asked nothing after its write was refused.
    assert len(model.asked) == (4 if held_in == "model" else 3)
    task, entries = await written(store, step.task_id)
    assert (task.status, task.starts, task.failures) == ("waiting_for_hitl", 2, 0)
    assert [each.kind for each in entries if each.discarded is None] == [
        EntryKind.PROMPT,
        *(EntryKind.RESPONSE, EntryKind.TOOL_RESULT) * 3,
    ]
    lost = [(each.kind, each.discarded) for each in entries if each.discarded is not None]
    assert lost == ([(EntryKind.FAILED_CALL, budgets.DIED)] if held_in == "model" else [])
    after = await spent_today(store)
    cost = sum(each.cost_usd for each in entries)
    assert after.spent_usd - before.spent_usd == pytest.approx(cost)
    assert counted_cost() - counted == pytest.approx(cost)
    assert after.reserved_usd == pytest.approx(before.reserved_usd)


@pytest.mark.parametrize(
    "ends",
    [raises(AgentError("it is broken")), raises(AgentError("slow down", counts=False)), works],
    ids=["fails", "waits", "works"],
)
async def test_an_attempt_that_was_given_up_records_no_end(store: Store, ends: Turn) -> None:
    hold, script = Hold(), Script()

    async def older_turn(assignment: Assignment, step: Step) -> Outcome:
        await hold()
        return await ends(assignment, step)

    async def newer_turn(assignment: Assignment, step: Step) -> Outcome:
        await hold()
        return await works(assignment, step)

    script.on("plan", older_turn, newer_turn)
    step = await a_step(store, attempts=1)
    older = asyncio.create_task(run(store, script, step, timedelta()))
    await hold.wait_for(1)
    newer = asyncio.create_task(run(store, script, step))
    await hold.wait_for(2)
    hold.attempts[0].set()
    with pytest.raises(ApplicationError) as ended:
        await older
    assert ended.value.type == "SupersededAttemptError"
    task, _ = await written(store, step.task_id)
    assert (task.status, task.failures, task.error, task.waiting_since) == ("working", 0, None, None)
    hold.attempts[1].set()
    result = await newer
    assert result.request is not None
    assert len(result.artifacts) == len(step.handoff.expected_outputs)


async def test_a_rate_limit_without_an_end_asks_a_person_after_a_time_and_the_same_task_goes_on(store: Store) -> None:
    limited = ModelRateLimitError("m", "slow down", body=None, retry_after=0.01)
    turns: list[ModelResponse | Exception] = [TURNS[0], limited, TURNS[2]]
    model, script = Model(turns), Script()
    script.on("plan", conversing(model, Tools()))
    step, max_wait = await a_step(store, attempts=1), timedelta(seconds=3)
    for _ in range(2):
        with pytest.raises(ApplicationError, match="test:scripted is rate-limited") as refused:
            await run(store, script, step, max_wait)
        assert refused.value.next_retry_delay == timedelta(seconds=0.01)
    await asyncio.sleep(3)
    assert (await run(store, script, step, max_wait)).request is not None
    async with store.reading() as connection:
        (request,) = await hitl.find(connection, project_id=step.project_id)
    assert "test:scripted is rate-limited. It still was after 1 min: try again later." in request.question
    task, _ = await written(store, step.task_id)
    assert (task.status, task.failures) == ("failed", 1)

    # A person says: try again. The wait begins again, and what was stored is not asked again.
    again = step.model_copy(update={"continued": 1, "request_id": step.task_id})
    with pytest.raises(ApplicationError, match="is rate-limited"):
        await run(store, script, again, max_wait)
    turns[1] = TURNS[1]
    assert (await run(store, script, again, max_wait)).artifacts
    assert sum(len(messages) == 1 for messages in model.asked) == 1
    task, entries = await written(store, step.task_id)
    assert sum(each.kind == EntryKind.RESPONSE for each in entries) == 3
    assert all(each.discarded is None for each in entries)  # a refused call costs nothing


async def test_a_call_that_gets_through_ends_the_wait(store: Store) -> None:
    limited = ModelRateLimitError("m", "slow down", body=None)
    script, tools = Script(), Tools()
    script.on("plan", conversing(Model([limited]), tools), conversing(Model([TURNS[0], limited]), tools))
    step, max_wait = await a_step(store), timedelta(seconds=0.3)
    for _ in range(2):
        with pytest.raises(ApplicationError, match="is rate-limited"):
            await run(store, script, step, max_wait)
        await asyncio.sleep(0.3)
    assert tools.acts == ["a"]
    assert (await run(store, script, step, max_wait)).request is not None
