"""Several models in order: what one cannot do, the next is asked to do, and everybody can see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from config.setting_values import ALL_MODELS
from config.settings import Settings
from crew.model import model_call
from crew.model.check import configured
from crew.model.clients import ModelClients
from crew.model.conversation import Completed, Conversation
from crew.model.model_list import ModelList
from crew.protocol import AgentError, BudgetExhaustedError
from crew.transcript import EntryKind
from models.contracts.budget import Amounts
from models.contracts.usage import Fallback
from tests.crew.model.agents_under_test import crew_of, documents_of, work
from tests.crew.model.model_under_test import LIMITS, DiedError, Step, Tools, unlimited
from tests.crew.model.test_wire_faults import PROMPT, SCRIPT
from tests.provider import KEY, Fault, Provider, running
from tests.provider.greeter import GREETER
from tests.provider.scripts import software_delivery

FIRST, SECOND = "openai:gpt-5", "anthropic:claude-scripted"
PRICES = {FIRST: (1.0, 1.0), SECOND: (7.0, 7.0)}

PASSED_ON = (
    "unauthorized",
    "forbidden",
    "quota",
    "model_gone",
    "server_error",
    "unavailable",
    "overloaded",
    "redirect",
)
OWN = ("bad_request", "context_overflow", "refusal", "rate_limit", "malformed_json", "wrong_schema")


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_call, "RETRY_DELAYS", (0.0, 0.0))


@dataclass
class Attempts:
    """Attempts of one step that may ask two models."""

    provider: Provider
    clients: ModelClients
    step: Step = field(default_factory=Step)
    tools: Tools = field(default_factory=Tools)

    async def run(self, models: str = f"{FIRST},{SECOND}") -> Completed:
        names = ModelList(self.clients, models)
        return await Conversation(names, PROMPT, self.tools.all(), LIMITS, self.step, unlimited(self.step)).run()

    @property
    def asked(self) -> list[str | None]:
        """The models that were asked, in order."""
        return [call.model for call in self.provider.calls]

    @property
    def answered(self) -> list[str | None]:
        """The models that gave the responses of the conversation."""
        return [each.asked_for for each in self.step.transcript.stored if each.kind is EntryKind.RESPONSE]


@asynccontextmanager
async def attempts(*faults: Fault, has_first: bool = True, **settings: Any) -> AsyncIterator[Attempts]:
    async with running(SCRIPT) as provider:
        provider.faults.arm(*faults)
        environment = {"ANTHROPIC_BASE_URL": provider.url, "ANTHROPIC_API_KEY": KEY}
        if has_first:
            environment |= {"OPENAI_BASE_URL": provider.openai_url, "OPENAI_API_KEY": KEY}
        own: dict[str, Any] = {"model_prices": PRICES, "model_seconds": 5} | settings
        found = ModelClients(Settings(_env_file=None, **own), environment)
        yield Attempts(provider, found)
        await found.close()


def fault(kind: str, **more: Any) -> Fault:
    return Fault.model_validate({"kind": kind, "model": "gpt-5", **more})


@pytest.mark.parametrize("kind", PASSED_ON)
async def test_what_another_model_may_do_better_is_asked_of_the_next_one(kind: str) -> None:
    async with attempts(fault(kind, turn=2)) as each:
        completed = await each.run()
    assert each.answered == [FIRST, SECOND]
    assert each.tools.acts == ["a"]  # nothing is repeated
    (fallback,) = completed.usage.fallbacks or ()
    assert (fallback.failed, fallback.asked_instead) == (FIRST, SECOND)
    assert FIRST in fallback.reason
    assert completed.usage.asked_for == f"{SECOND}, {FIRST}"
    assert any(f"asking {SECOND} instead" in message for message in each.step.messages)


@pytest.mark.parametrize("kind", OWN)
async def test_what_any_model_would_say_is_not_asked_of_the_next_one(kind: str) -> None:
    async with attempts(fault(kind)) as each:
        with pytest.raises(AgentError):
            await each.run()
    assert set(each.asked) == {"gpt-5"}


async def test_a_spent_budget_is_not_asked_of_the_next_one() -> None:
    async with attempts() as each:
        each.step.transcript.limit = 0.0
        with pytest.raises(BudgetExhaustedError):
            await each.run()
    assert each.asked == []


async def test_a_server_gets_its_tries_before_the_next_model_is_asked() -> None:
    async with attempts(fault("server_error")) as each:
        await each.run()
    assert each.asked == ["gpt-5"] * 3 + ["claude-scripted"] * 2  # and is not asked again in the next turn


async def test_a_model_that_does_not_answer_in_time_is_not_asked_again_before_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with attempts(fault("hang"), model_seconds=0.3) as each:
        await each.run()
    assert each.asked == ["gpt-5", "claude-scripted", "claude-scripted"]


async def test_a_model_whose_next_try_no_budget_allows_is_followed_by_one_that_may_cost_less() -> None:
    async with attempts(fault("server_error")) as each:
        reserve, times = each.step.transcript.reserve, 0

        async def refuse_the_second(needs: Amounts, step_usd: float) -> UUID:
            nonlocal times
            times += 1
            if times == 2:
                raise BudgetExhaustedError("it is spent.")
            return await reserve(needs, step_usd)

        each.step.transcript.reserve = refuse_the_second  # type: ignore[method-assign]
        await each.run()
    assert each.asked == ["gpt-5", "claude-scripted", "claude-scripted"]


async def test_each_model_has_its_own_price() -> None:
    async with attempts(fault("quota", turn=2)) as each:
        await each.run()
    first, second = (entry for entry in each.step.transcript.stored if entry.kind is EntryKind.RESPONSE)
    for entry, usd in ((first, 1.0), (second, 7.0)):
        assert entry.cost_usd == pytest.approx((entry.input_tokens + entry.output_tokens) * usd / 1_000_000)


@pytest.mark.parametrize("tools", ["native", {SECOND: "json"}], ids=["one dialect", "two dialects"])
@pytest.mark.parametrize("write", range(1, 7))
async def test_a_step_that_dies_goes_on_with_the_model_that_was_asked_last(write: int, tools: Any) -> None:
    async with attempts(fault("unauthorized", turn=1, times=1), model_tools=tools) as each:
        each.step.transcript.dies_at = write
        with pytest.raises(DiedError):
            await each.run()
        completed = await each.run()
    assert each.asked == ["gpt-5", "claude-scripted", "claude-scripted"]  # nothing is asked twice
    assert each.answered == [SECOND, SECOND]
    assert each.tools.acts == ["a"]
    assert [entry.kind for entry in each.step.transcript.discarded] == [EntryKind.FAILED_CALL]
    assert [fallback.asked_instead for fallback in completed.usage.fallbacks or ()] == [SECOND]


async def test_if_none_answers_the_person_reads_why_of_each_and_the_step_may_go_on() -> None:
    gone = Fault(kind="quota", model="claude-scripted", times=1)
    async with attempts(fault("unauthorized", turn=2, times=1), gone) as each:
        with pytest.raises(AgentError, match=r"no model has answered\. openai:gpt-5 rejected the key\.") as failure:
            await each.run()
        assert "The next one: The quota or credit for anthropic:claude-scripted is used up." in str(failure.value)
        assert not failure.value.retryable
        await each.run()  # with what is not broken any more
    assert each.answered == [FIRST, SECOND]


async def test_a_failure_that_may_pass_is_tried_again_by_the_next_attempt() -> None:
    async with attempts(fault("quota"), Fault(kind="server_error", model="claude-scripted", times=3)) as each:
        with pytest.raises(AgentError) as failure:
            await each.run()
        assert failure.value.retryable
        await each.run()
    assert set(each.answered) == {SECOND}


async def test_a_model_without_a_key_is_passed_over() -> None:
    async with attempts(has_first=False) as each:
        completed = await each.run()
    assert set(each.answered) == {SECOND}
    assert completed.usage.fallbacks == (
        Fallback(
            failed=FIRST,
            reason=f"{FIRST} cannot be used: set OPENAI_API_KEY in the environment or .env.",
            asked_instead=SECOND,
        ),
    )


@pytest.mark.parametrize("tools", [{FIRST: "json"}, {SECOND: "json"}, {ALL_MODELS: "json"}])
async def test_each_model_is_asked_in_its_own_way_also_after_another_one(tools: dict[str, Any]) -> None:
    async with attempts(fault("quota", turn=2), model_tools=tools) as each:
        await each.run()
        requests = [each.provider.request_of(call) for call in each.provider.calls if call.status == 200]
    assert each.answered == [FIRST, SECOND]
    assert each.tools.acts == ["a"]
    for request, model in zip(requests, (FIRST, SECOND), strict=True):
        writes_json = tools.get(model, tools.get(ALL_MODELS)) == "json"
        assert bool(request.tools) is not writes_json
        assert ("# How to answer" in request.system) is writes_json
    assert '"tool": "act"' in requests[1].messages[1].text  # what the first one did, as text


async def test_the_gate_says_which_model_failed_and_why() -> None:
    async with crew_of(software_delivery(GREETER)) as (crew, provider):
        provider.faults.arm(Fault(kind="model_gone", model="gone"))
        outcome = await work(crew, "build", documents_of(GREETER), model="openai:gone,openai:scripted")
    assert outcome.usage is not None
    assert [each.failed for each in outcome.usage.fallbacks or ()] == ["openai:gone"]
    assert outcome.warning is not None
    assert "openai:gone failed, and openai:scripted was asked instead: The provider has no model" in outcome.warning


def test_all_models_of_a_list_are_checked() -> None:
    assert {FIRST, SECOND} <= set(configured(Settings(_env_file=None, model=f"{FIRST}, {SECOND}")))
