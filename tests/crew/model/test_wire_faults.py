"""Faults of a provider over HTTP, with the real clients: each ends in a plain cause, and what may be tried again is."""

from __future__ import annotations

import gc
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from config.settings import Settings
from crew.model import model_call
from crew.model.clients import ModelClient, ModelClients
from crew.model.conversation import Completed, Conversation
from crew.model.limits import StepLimits
from crew.model.model_list import ModelList
from crew.model.prompt import Prompt
from crew.protocol import AgentError
from tests.crew.model.fault_endings import CASES, MODELS, TRIES, Ending
from tests.crew.model.model_under_test import LIMITS, Done, MemoryTranscript, Step, Tools, only, unlimited
from tests.provider import KEY, Call, Fault, Provider, Script, Turn, Usage, running
from tests.provider import Conversation as ScriptedConversation

PROMPT = Prompt("coder@1", "You are a coder.", "Role: coder\nStage: build\nRound: 1\n\n## Instructions\nDo it.")
SCRIPT = Script(
    conversations={
        "build": ScriptedConversation(
            turns=(
                Turn(calls=(Call(name="act", arguments={"word": "a"}),)),
                Turn(calls=(Call(name="done", arguments={"text": "all"}),)),
            )
        )
    }
)


# Connections that the provider cuts are left to the garbage collector by the clients, which warns of them.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_call, "RETRY_DELAYS", (0.0, 0.0))


@pytest.fixture(autouse=True, scope="module")
def no_garbage_for_others() -> Iterator[None]:
    yield
    gc.collect()


@asynccontextmanager
async def clients(provider: Provider, key: str = KEY) -> AsyncIterator[ModelClients]:
    settings = Settings(_env_file=None, model_prices={"anthropic:claude-scripted": (3.0, 15.0)}, model_seconds=5)
    environment = {
        "OPENAI_BASE_URL": provider.openai_url,
        "OPENAI_API_KEY": key,
        "ANTHROPIC_BASE_URL": provider.url,
        "ANTHROPIC_API_KEY": key,
    }
    found = ModelClients(settings, environment)
    yield found
    await found.close()


async def attempt(provider: Provider, model: str, step: Step | None = None, key: str = KEY) -> Done:
    step = step or Step()
    async with clients(provider, key) as found:
        conversation = Conversation(ModelList(found, model), PROMPT, Tools().all(), LIMITS, step, unlimited(step))
        completed = await conversation.run()
    assert isinstance(completed.arguments, Done)
    return completed.arguments


ONE_TURN, UNLIMITED = replace(LIMITS, turns=1), replace(LIMITS, output_tokens=10**8, cost_usd=1_000.0)


@dataclass
class Attempts:
    """Attempts of one step."""

    provider: Provider
    model: str
    client: ModelClient
    step: Step = field(default_factory=lambda: Step(MemoryTranscript(limit=1_000.0)))
    tools: Tools = field(default_factory=Tools)

    async def run(self, limits: StepLimits) -> Completed:
        models, limiter = only(self.client), unlimited(self.step)
        return await Conversation(models, PROMPT, self.tools.all(), limits, self.step, limiter).run()

    @property
    def so_far(self) -> tuple[int, float]:
        """How many calls the provider has got, and what is booked, in US dollars."""
        return self.provider.calls.total, self.step.transcript.spent


@asynccontextmanager
async def in_the_middle(model: str) -> AsyncIterator[Attempts]:
    """A step whose first turn is done, and whose second one is to come."""
    async with running(SCRIPT) as provider, clients(provider) as found:
        attempts = Attempts(provider, model, found.get(model))
        with pytest.raises(AgentError, match="used all 1 turns"):
            await attempts.run(ONE_TURN)
        assert (provider.calls.total, attempts.tools.acts) == (1, ["a"])
        yield attempts


@pytest.mark.parametrize("model", MODELS)
async def test_a_server_that_waited_too_long_for_the_request_is_asked_again(model: str) -> None:
    async with in_the_middle(model) as attempts:
        calls, booked = attempts.so_far
        attempts.provider.faults.arm(Fault(kind="server_error", status=408, message="Request timeout"))
        with pytest.raises(AgentError) as failure:
            await attempts.run(UNLIMITED)
        said = f"The server of {model} did not get the whole request in time. It says: Request timeout"
        assert (str(failure.value), failure.value.retryable) == (said, True)
        assert attempts.so_far == (calls + TRIES, booked), "it is asked again, and costs nothing"


async def check_ending(kind: str, ending: Ending, attempts: Attempts) -> None:
    """Meet a fault of the provider, and continue once it is over."""
    model, provider, client = attempts.model, attempts.provider, attempts.client
    (calls, booked), done = attempts.so_far, len(attempts.step.transcript.stored)
    provider.faults.arm(Fault.model_validate({"kind": kind, "retry_after": 7}))
    with pytest.raises(AgentError) as failure:
        await attempts.run(UNLIMITED)
    assert str(failure.value) == ending.text(model)
    assert (failure.value.retryable, failure.value.counts) == (not ending.asks, ending.counts)
    assert failure.value.retry_after == (None if ending.counts else timedelta(seconds=7))

    # What the person pays for it.
    calls_then, booked_then = attempts.so_far
    assert calls_then - calls == ending.calls
    asked = [provider.request_of(call) for call in list(provider.calls)[calls:]]
    match ending.booked:
        case "nothing":
            assert booked_then == booked
        case "each whole":
            output = client.price.max_cost(0, client.max_output_tokens)
            assert ending.calls * output < booked_then - booked < 1.1 * ending.calls * output
        case "each as used":
            input = sum(client.price.max_cost(request.tokens, 0) for request in asked)
            assert booked_then - booked > input
    assert attempts.step.transcript.reserved == {}
    assert len(attempts.step.transcript.stored) == done, "nothing of the fault is kept"

    # Once the fault is over, the same task continues where it was: one call is left.
    provider.faults.clear()
    completed = await attempts.run(UNLIMITED)
    discarded = ending.calls if ending.booked == "each as used" else 0
    assert (completed.arguments, completed.turns) == (Done(text="all"), 2 + discarded)
    assert provider.calls.total == calls_then + 1
    assert attempts.tools.acts == ["a"], "no tool runs twice"


@pytest.mark.parametrize(("kind", "model"), CASES, ids=str)
async def test_a_fault_ends_the_attempt_with_its_cause_and_the_next_one_goes_on(kind: str, model: str) -> None:
    async with in_the_middle(model) as attempts:
        await check_ending(kind, CASES[kind, model], attempts)


@pytest.mark.parametrize("model", MODELS)
async def test_a_pause_may_be_given_as_a_date(model: str) -> None:
    async with in_the_middle(model) as attempts:
        attempts.provider.faults.arm(Fault(kind="rate_limit", retry_after=7, as_date=True))
        with pytest.raises(AgentError, match="is rate-limited") as failure:
            await attempts.run(UNLIMITED)
    assert failure.value.retry_after is not None
    assert timedelta(seconds=4) < failure.value.retry_after <= timedelta(seconds=8)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("kind", ["server_error", "unavailable", "cut"])
async def test_a_short_trouble_is_waited_out(model: str, kind: str) -> None:
    fault = Fault.model_validate({"kind": kind, "times": 2})
    async with running(SCRIPT.model_copy(update={"faults": (fault,)})) as provider:
        assert await attempt(provider, model) == Done(text="all")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("status", [502, 504, 524])
async def test_a_gateway_that_gives_up_may_have_passed_the_prompt_on(model: str, status: int) -> None:
    async with in_the_middle(model) as attempts:
        (calls, booked), transcript = attempts.so_far, attempts.step.transcript
        attempts.provider.faults.arm(Fault(kind="server_error", status=status))
        with pytest.raises(AgentError):
            await attempts.run(UNLIMITED)
        calls_then, booked_then = attempts.so_far
        asked = [attempts.provider.request_of(call) for call in list(attempts.provider.calls)[calls:]]
        prompts = sum(attempts.client.price.max_cost(request.tokens, 0) for request in asked)
        assert (calls_then - calls, transcript.reserved) == (TRIES, {})
        whole = TRIES * attempts.client.price.max_cost(0, attempts.client.max_output_tokens)
        assert prompts < booked_then - booked < whole / 2


@pytest.mark.parametrize("model", MODELS)
async def test_a_response_that_does_not_say_what_it_used_is_booked_whole(model: str) -> None:
    step, unsaid = Step(), Turn(calls=(Call(name="done", arguments={"text": "all"}),), usage=Usage(input=0, output=0))
    fault = Fault(kind="answer", answer=unsaid)
    async with running(SCRIPT.model_copy(update={"faults": (fault,)})) as provider:
        assert await attempt(provider, model, step) == Done(text="all")
    assert step.transcript.spent > 0.1  # as many tokens of output as a response may have


@pytest.mark.parametrize("model", MODELS)
async def test_a_wrong_key_is_in_no_message_and_in_no_entry(model: str) -> None:
    step = Step(MemoryTranscript())
    async with running(SCRIPT) as provider:
        with pytest.raises(AgentError, match="rejected the key") as failure:
            await attempt(provider, model, step, key="sk-planted-and-wrong")
    shown = str(failure.value) + json.dumps([entry.body.decode() for entry in step.transcript.stored])
    assert "planted" not in shown


@pytest.mark.parametrize("name", ["nobody:model", "openai:not-priced-yet-99", "anthropic:"])
async def test_a_model_that_cannot_be_used_is_said_in_one_line(name: str) -> None:
    async with running(SCRIPT) as provider, clients(provider) as found:
        with pytest.raises(AgentError) as failure:
            found.get(name)
    assert not failure.value.retryable
    assert "\n" not in str(failure.value)
