"""Faults of a provider over HTTP, with the real clients: each ends in a plain cause, and what may be tried again is."""

from __future__ import annotations

import gc
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

import pytest

from config.settings import Settings
from crew.model import model_call
from crew.model.clients import ModelClient, ModelClients
from crew.model.conversation import Completed, Conversation
from crew.model.limits import MAX_CORRECTIONS, StepLimits
from crew.model.prompt import Prompt
from crew.protocol import AgentError
from tests.crew.model.model_under_test import LIMITS, Done, MemoryTranscript, Step, Tools
from tests.provider import KEY, Call, Fault, Provider, Script, Turn, Usage, running
from tests.provider import Conversation as ScriptedConversation

MODELS = ("openai:gpt-5", "anthropic:claude-scripted")
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
    async with clients(provider, key) as found:
        conversation = Conversation(found.get(model), PROMPT, Tools().all(), LIMITS, step or Step())
        completed = await conversation.run()
    assert isinstance(completed.arguments, Done)
    return completed.arguments


Booked = Literal["nothing", "each whole", "each as used"]
"""What is booked for the calls that failed: nothing, the most that each may cost, or what each said that it used."""

TRIES = 3
"""Calls of a server that has a problem: as many as `no_delays` leaves."""

OWN_PROBLEM = "{model}'s server failed."
BROKE = "The connection to the server of {model} broke before its response was complete."
NO_JSON = "The response of {model} cannot be read: it is not JSON."
NO_FORM = "The response of {model} cannot be read: it does not have the form of the provider's API."
NO_CALL = "{model} returned no usable response in 3 turns: its responses call no tool."
REJECTED = "{model} rejected the key. Set {key}, restart the worker, and try again."
QUOTA = "The quota or credit for {model} is used up. Raise it at the provider, and try again."
GONE = "The provider has no model {model}. Choose another in BOTARMY_MODEL or the pipeline."
TOO_LONG = "The conversation is too long for {model}. Give the step less to read, or a larger model."


@dataclass(frozen=True)
class Ending:
    """How an attempt ends at a fault.

    Attributes:
        said: what the person at the gate reads.
        words: what the provider said with it, by API: OpenAI's, Anthropic's.
        calls: how many calls of the model there were.
        asks: a person is asked at once, without another attempt.
    """

    said: str
    words: tuple[str, str] | None = None
    calls: int = 1
    booked: Booked = "nothing"
    asks: bool = False
    counts: bool = True

    def text(self, model: str) -> str:
        api = MODELS.index(model)
        key = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")[api]
        said = self.said.format(model=model, key=key)
        return f"{said} It says: {self.words[api]}" if self.words else said


ENDINGS: dict[str, Ending] = {
    "unauthorized": Ending(REJECTED, ("Incorrect API key provided: [key].", "invalid x-api-key: [key]"), asks=True),
    "forbidden": Ending(
        REJECTED,
        (
            "Country, region, or territory not supported",
            "Your API key does not have permission to use the specified resource.",
        ),
        asks=True,
    ),
    "quota": Ending(
        QUOTA,
        (
            "You exceeded your current quota, please check your plan and billing details.",
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
        ),
        asks=True,
    ),
    "model_gone": Ending(
        GONE,
        ("The model `gpt-5` does not exist or you do not have access to it.", "model: claude-scripted"),
        asks=True,
    ),
    "context_overflow": Ending(
        TOO_LONG,
        (
            "This model's maximum context length is 128000 tokens. Please reduce the length of the messages.",
            "prompt is too long: 210000 tokens > 200000 maximum",
        ),
        asks=True,
    ),
    "bad_request": Ending(
        "{model} rejected the request.", ("Invalid value.", "messages: Input should be a valid list"), asks=True
    ),
    "rate_limit": Ending("{model} is rate-limited.", counts=False),
    "server_error": Ending(
        OWN_PROBLEM, ("The server had an error while processing your request.", "Internal server error"), calls=TRIES
    ),
    "unavailable": Ending(OWN_PROBLEM, ("The service is temporarily unavailable.", "Service unavailable"), calls=TRIES),
    "overloaded": Ending(
        OWN_PROBLEM, ("The engine is currently overloaded, please try again later.", "Overloaded"), calls=TRIES
    ),
    "cut": Ending(BROKE, calls=TRIES, booked="each whole"),
    "malformed_json": Ending(NO_JSON, booked="each whole"),
    "empty_body": Ending(NO_JSON, booked="each whole"),
    "wrong_content_type": Ending(NO_JSON, booked="each whole"),
    "wrong_schema": Ending(NO_FORM, booked="each whole"),
    "redirect": Ending(
        "The address of {model} redirects to another one, which is not followed. Set the provider's address to the one "
        "that answers, restart the worker, and try again.",
        asks=True,
    ),
    "refusal": Ending(
        "{model} refused to answer. Change the instructions or the brief, and try again.",
        booked="each as used",
        asks=True,
    ),
    "no_finish_reason": Ending(
        "{model} did not say why its response ended; it was probably cut off.", booked="each as used"
    ),
    "unknown_tool": Ending(
        "{model} returned no usable response in 3 turns: there is no tool no_such_tool; there are note, act, done.",
        calls=1 + MAX_CORRECTIONS,
        booked="each as used",
    ),
    "bad_arguments": Ending(
        "{model} returned no usable response in 3 turns: the arguments of done are not a JSON object. Write smaller "
        "pieces.",
        calls=1 + MAX_CORRECTIONS,
        booked="each as used",
    ),
    "long_output": Ending("{model} returned more than 10,000,000 bytes; the rest was not read.", booked="each whole"),
}
BY_API = {
    # Anthropic's API has no choices: such a response is one without content.
    ("no_choices", MODELS[0]): Ending(NO_FORM, booked="each whole"),
    ("no_choices", MODELS[1]): Ending(NO_CALL, calls=1 + MAX_CORRECTIONS, booked="each as used"),
}
CASES = {(kind, model): ending for kind, ending in ENDINGS.items() for model in MODELS} | BY_API
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
        return await Conversation(self.client, PROMPT, self.tools.all(), limits, self.step).run()

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


@pytest.mark.parametrize(("kind", "model"), CASES, ids=str)
async def test_a_fault_ends_the_attempt_with_its_cause_and_the_next_one_goes_on(kind: str, model: str) -> None:
    ending = CASES[kind, model]
    async with in_the_middle(model) as attempts:
        provider, client = attempts.provider, attempts.client
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
