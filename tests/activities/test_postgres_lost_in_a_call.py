"""PostgreSQL fails while a model is asked or a tool runs: what was paid is stored later, and not asked again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any, LiteralString
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic_ai.exceptions import ModelConnectionError
from pydantic_ai.messages import ModelMessage, ModelResponse
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.exceptions import ApplicationError

from config.settings import Settings
from crew.model import cancellation, model_call
from crew.model.conversation import Conversation
from crew.model.model_list import ModelList
from crew.model.tool import Tool
from crew.protocol import Assignment, Outcome, Step
from crew.transcript import EntryKind
from store import budgets, patience, statement
from store.transaction import Store
from tests.activities.first_step import a_step
from tests.activities.test_overlapping_attempts import TURNS, conversing, run, spent_today, written
from tests.activities.unreliable_postgres import UnreliablePostgres, unreliable_store
from tests.crew.model.fault_endings import MODELS
from tests.crew.model.model_under_test import LIMITS, Model, Tools, Word, unlimited
from tests.crew.model.test_wire_faults import PROMPT, clients, no_garbage_for_others
from tests.provider import Call, Provider, Request, Script, Turn, running
from tests.provider import Conversation as ScriptedConversation
from tests.workflows.crew_under_test import Script as Crew
from tests.workflows.crew_under_test import Turn as Work
from tests.workflows.crew_under_test import works

Failure = Callable[[], None]
CALLS = (
    Call(name="act", arguments={"word": "a"}),
    Call(name="act", arguments={"word": "b"}),
    Call(name="done", arguments={"text": "all"}),
)

__all__ = ["no_garbage_for_others"]
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest_asyncio.fixture
async def postgres(settings: Settings) -> AsyncIterator[tuple[Store, UnreliablePostgres]]:
    async with unreliable_store(settings) as found:
        yield found


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.05)


def provider_that(fails: Failure) -> Script:
    """A provider in each of whose answers PostgreSQL fails."""

    def answering(call: Call) -> Callable[[Request], Turn]:
        def turn(_: Request) -> Turn:
            fails()
            return Turn(calls=(call,))

        return turn

    turns = tuple(answering(call) for call in CALLS)
    return Script(conversations={"build": ScriptedConversation(turns=turns)})


def asking(provider: Provider, tools: Tools) -> Work:
    async def turn(assignment: Assignment, step: Step) -> Outcome:
        async with clients(provider) as found:
            await Conversation(ModelList(found, MODELS[0]), PROMPT, tools.all(), LIMITS, step, unlimited(step)).run()
        return await works(assignment, step)

    return turn


class FailingTools(Tools):
    """PostgreSQL fails while `act` runs."""

    fails: Failure

    def all(self) -> tuple[Tool, ...]:
        async def act(arguments: Word) -> str:
            self.fails()
            self.acts.append(arguments.word)
            return "done"

        return tuple(replace(tool, run=act) if tool.name == "act" else tool for tool in super().all())


@pytest.mark.parametrize("fails_in", ["model", "tool"])
async def test_responses_and_results_are_stored_once_postgresql_is_back(
    store: Store, postgres: tuple[Store, UnreliablePostgres], fails_in: str
) -> None:
    through, proxy = postgres
    crew, tools = Crew(), FailingTools() if fails_in == "tool" else Tools()
    if isinstance(tools, FailingTools):
        tools.fails = lambda: proxy.fail(3)
    step, before = await a_step(store), await spent_today(store)
    async with running(provider_that(lambda: proxy.fail(3) if fails_in == "model" else None)) as provider:
        crew.on("plan", asking(provider, tools))
        assert (await run(through, crew, step)).artifacts
        assert provider.calls.total == len(CALLS)
    assert (proxy.refused, tools.acts) == (3 * (3 if fails_in == "model" else 2), ["a", "b"])
    task, entries = await written(store, step.task_id)
    assert (task.starts, [each for each in entries if each.discarded]) == (1, [])
    after = await spent_today(store)
    assert after.spent_usd - before.spent_usd == pytest.approx(sum(each.cost_usd for each in entries))
    assert after.reserved_usd == pytest.approx(before.reserved_usd)


async def test_an_entry_whose_acknowledgement_was_lost_is_stored_once(
    store: Store, postgres: tuple[Store, UnreliablePostgres]
) -> None:
    through, proxy = postgres
    crew, tools = Crew(), Tools()

    def lose_the_next_answer() -> None:
        proxy.loses = 1

    step, before = await a_step(store), await spent_today(store)
    async with running(provider_that(lose_the_next_answer)) as provider:
        crew.on("plan", asking(provider, tools))
        assert (await run(through, crew, step)).artifacts
        assert (provider.calls.total, proxy.loses) == (len(CALLS), 0)
    task, entries = await written(store, step.task_id)
    assert (task.starts, [each for each in entries if each.discarded]) == (1, [])
    assert [each.kind for each in entries].count(EntryKind.RESPONSE) == len(CALLS)
    after = await spent_today(store)
    assert after.spent_usd - before.spent_usd == pytest.approx(sum(each.cost_usd for each in entries))


async def test_a_reservation_whose_acknowledgement_was_lost_is_made_once(
    store: Store, postgres: tuple[Store, UnreliablePostgres], monkeypatch: pytest.MonkeyPatch
) -> None:
    through, proxy = postgres
    made = list[UUID]()

    async def loses_the_acknowledgement(connection: AsyncConnection, sql: LiteralString, **values: Any) -> list[Any]:
        if "scopes" in values:  # a reservation, which commits by itself
            proxy.loses = int(values["id"] not in made)
            made.append(values["id"])
        return await statement.run(connection, sql, **values)

    monkeypatch.setattr(budgets, "run", loses_the_acknowledgement)
    crew = Crew()
    crew.on("plan", conversing(Model(TURNS), Tools()))
    step, before = await a_step(store), await spent_today(store)
    assert (await run(through, crew, step)).artifacts
    assert (proxy.loses, set(Counter(made).values())) == (0, {2})
    after = await spent_today(store)
    _, entries = await written(store, step.task_id)
    assert after.spent_usd - before.spent_usd == pytest.approx(sum(each.cost_usd for each in entries))
    assert after.reserved_usd == pytest.approx(before.reserved_usd)


async def test_a_call_that_broke_is_booked_once_postgresql_is_back(
    store: Store, postgres: tuple[Store, UnreliablePostgres], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_call, "RETRY_DELAYS", ())
    through, proxy = postgres

    def breaks(_: list[ModelMessage]) -> ModelResponse:
        proxy.fail(3)
        raise ModelConnectionError("m", "cut", phase="read")

    crew = Crew()
    crew.on("plan", conversing(Model([breaks]), Tools()))
    step = await a_step(store, attempts=1)
    assert (await run(through, crew, step)).request is not None
    _, entries = await written(store, step.task_id)
    assert [each.kind for each in entries] == [EntryKind.PROMPT, EntryKind.FAILED_CALL]
    assert (await spent_today(store)).reserved_usd == pytest.approx(0)


async def test_after_a_while_the_attempt_ends_and_the_next_one_books_what_was_lost(
    store: Store, postgres: tuple[Store, UnreliablePostgres], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.2)
    through, proxy = postgres
    outages = iter([10**6])
    crew = Crew()
    step = await a_step(store)
    async with running(provider_that(lambda: proxy.fail(next(outages, 0)))) as provider:
        crew.on("plan", asking(provider, Tools()), asking(provider, Tools()))
        with pytest.raises(ApplicationError) as ended:
            await run(through, crew, step)
        assert (ended.value.type, ended.value.non_retryable) == ("OperationalError", False)
        proxy.refuses = 0
        assert (await run(through, crew, step)).artifacts
        assert provider.calls.total == len(CALLS) + 1
    task, entries = await written(store, step.task_id)
    assert (task.starts, task.failures) == (2, 0)
    assert [each.discarded for each in entries if each.kind == EntryKind.FAILED_CALL] == [budgets.DIED]


async def test_cancellation_ends_the_wait(
    store: Store, postgres: tuple[Store, UnreliablePostgres], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancellation, "CANCELLED_SECONDS", 0.2)
    through, proxy = postgres
    failed = asyncio.Event()

    def fail() -> None:
        proxy.fail(10**6)
        failed.set()

    crew = Crew()
    step = await a_step(store)
    async with running(provider_that(fail)) as provider:
        crew.on("plan", asking(provider, Tools()))
        working = asyncio.create_task(run(through, crew, step))
        await failed.wait()
        while proxy.refused < 2:
            await asyncio.sleep(0.01)
        started = time.monotonic()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert time.monotonic() - started < 5
        assert provider.calls.total == 1
