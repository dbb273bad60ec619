"""Faults of a provider over HTTP, with the real clients: each ends in a plain cause, and what may be tried again is."""

from __future__ import annotations

import gc
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from config.settings import Settings
from crew.model import model_call
from crew.model.clients import ModelClients
from crew.model.conversation import Conversation
from crew.model.prompt import Prompt
from crew.protocol import AgentError
from tests.crew.model.model_under_test import LIMITS, Done, MemoryTranscript, Step, Tools
from tests.provider import KEY, Call, Fault, Provider, Script, Turn, running
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
def no_delays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(model_call, "RETRY_DELAYS", (0.0, 0.0))
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


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("fault", "said", "retryable", "counts"),
    [
        (Fault(kind="unauthorized"), "rejected the key", False, True),
        (Fault(kind="forbidden"), "rejected the key", False, True),
        (Fault(kind="quota"), "quota or credit", False, True),
        (Fault(kind="model_gone"), "has no model", False, True),
        (Fault(kind="rate_limit", retry_after=7), "is rate-limited", True, False),
        (Fault(kind="rate_limit", retry_after=7, as_date=True), "is rate-limited", True, False),
        (Fault(kind="server_error"), "server failed", True, True),
        (Fault(kind="unavailable"), "server failed", True, True),
        (Fault(kind="overloaded"), "server failed", True, True),
        (Fault(kind="context_overflow"), "too long for", False, True),
        (Fault(kind="bad_request"), "rejected the request", False, True),
        (Fault(kind="cut"), "cannot be reached|cannot be read|did not say", True, True),
        (Fault(kind="malformed_json"), "cannot be read|failed with", True, True),
        (Fault(kind="wrong_schema"), "cannot be read|failed: |did not say", True, True),
        (Fault(kind="no_choices"), "cannot be read|failed: |did not say|call no tool", True, True),
        (Fault(kind="empty_body"), "cannot be read|failed: |cannot be reached", True, True),
        (Fault(kind="wrong_content_type"), "cannot be read|failed with", True, True),
        (Fault(kind="refusal"), "refused to answer. Change the instructions or the brief", False, True),
        (Fault(kind="no_finish_reason"), "did not say why", True, True),
        (Fault(kind="unknown_tool"), "there is no tool", True, True),
        (Fault(kind="bad_arguments"), "not a JSON object", True, True),
        (Fault(kind="long_output"), "bytes", True, True),
        (Fault(kind="redirect"), "cannot be read|redirect|307", True, True),
    ],
    ids=lambda value: value.kind + ("-date" if value.as_date else "") if isinstance(value, Fault) else None,
)
async def test_a_fault_ends_the_attempt_with_its_cause(
    model: str, fault: Fault, said: str, retryable: bool, counts: bool
) -> None:
    step = Step(MemoryTranscript(limit=1_000.0))  # ten million bytes of output have their price
    async with running(SCRIPT.model_copy(update={"faults": (fault,)})) as provider:
        with pytest.raises(AgentError, match=said) as failure:
            await attempt(provider, model, step)
        assert (failure.value.retryable, failure.value.counts) == (retryable, counts), failure.value
        assert KEY not in str(failure.value)
        if fault.kind == "rate_limit":
            assert failure.value.retry_after is not None
            assert timedelta(seconds=4) < failure.value.retry_after <= timedelta(seconds=8)
        assert step.transcript.reserved == {}
        # Once the fault is over, the same task continues.
        provider.faults.clear()
        assert await attempt(provider, model, step) == Done(text="all")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("kind", ["server_error", "unavailable", "cut"])
async def test_a_short_trouble_is_waited_out(model: str, kind: str) -> None:
    fault = Fault.model_validate({"kind": kind, "times": 2})
    async with running(SCRIPT.model_copy(update={"faults": (fault,)})) as provider:
        assert await attempt(provider, model) == Done(text="all")


@pytest.mark.parametrize("model", MODELS)
async def test_a_wrong_key_is_in_no_message_and_in_no_entry(model: str) -> None:
    step = Step(MemoryTranscript())
    async with running(SCRIPT) as provider:
        with pytest.raises(AgentError, match="rejected the key") as failure:
            await attempt(provider, model, step, key="sk-planted-and-wrong")
    told = str(failure.value) + json.dumps([entry.body.decode() for entry in step.transcript.stored])
    assert "planted" not in told


@pytest.mark.parametrize("name", ["nobody:model", "openai:not-priced-yet-99", "anthropic:"])
async def test_a_model_that_cannot_be_used_is_said_in_one_line(name: str) -> None:
    async with running(SCRIPT) as provider, clients(provider) as found:
        with pytest.raises(AgentError) as failure:
            found.get(name)
    assert not failure.value.retryable
    assert "\n" not in str(failure.value)
