"""Calls that do not end: of a provider that hangs, of a tool that hangs, and responses that are cut at their limit."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from config.settings import Settings
from crew.model import model_call, tool_calls
from crew.model.call_slots import CALL_SLOTS
from crew.model.clients import ModelClients
from crew.model.conversation import Conversation
from crew.model.model_list import ModelList
from crew.model.tool import Tool
from crew.protocol import AgentError
from crew.transcript import EntryKind
from tests.crew.model.fault_endings import MODELS
from tests.crew.model.model_under_test import (
    LIMITS,
    Done,
    MemoryTranscript,
    Model,
    Step,
    Tools,
    call,
    conversation,
    only,
    says,
    unlimited,
)
from tests.crew.model.test_conversation import results
from tests.crew.model.test_wire_faults import PROMPT, SCRIPT
from tests.provider import KEY, Fault, Provider, running
from tests.waiting import PATIENCE_SECONDS, eventually

# Connections that the clients abandon are left to the garbage collector, which warns of them.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


PRICES = dict.fromkeys(MODELS, (1.0, 2.0))


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_call, "RETRY_DELAYS", (0.0,))


async def attempt(provider: Provider, model: str, step: Step, seconds: float = PATIENCE_SECONDS) -> Done:
    environment = {
        "OPENAI_BASE_URL": provider.openai_url,
        "OPENAI_API_KEY": KEY,
        "ANTHROPIC_BASE_URL": provider.url,
        "ANTHROPIC_API_KEY": KEY,
    }
    clients = ModelClients(Settings(_env_file=None, model_prices=PRICES, model_seconds=seconds), environment)
    completed = await Conversation(
        ModelList(clients, model), PROMPT, Tools().all(), LIMITS, step, unlimited(step)
    ).run()
    await clients.close()
    assert isinstance(completed.arguments, Done)
    return completed.arguments


@pytest.mark.parametrize("model", MODELS)
async def test_a_provider_that_hangs_fails_the_attempt(model: str) -> None:
    step, started = Step(), time.monotonic()
    async with running(SCRIPT.model_copy(update={"faults": (Fault(kind="hang"),)})) as provider:
        with pytest.raises(AgentError, match="did not answer in time") as failure:
            await attempt(provider, model, step, seconds=1)
        assert time.monotonic() - started < 30
        assert (failure.value.retryable, failure.value.counts) == (True, True)
        assert step.transcript.reserved == {}
        # Two tries, for each of which the provider may send a bill.
        assert step.transcript.spent > 2 * Settings(_env_file=None).model_output_tokens * PRICES[model][1] / 1_000_000
        provider.faults.clear()
        assert await attempt(provider, model, step) == Done(text="all")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("kind", "said", "tries"),
    [
        ("drip", "did not answer in time", 2),
        ("flood", "returned more than 10,000,000 bytes; the rest was not read.", 1),
    ],
)
async def test_a_response_that_does_not_end_is_not_read_to_its_end(
    model: str, kind: str, said: str, tries: int
) -> None:
    step, started = Step(), time.monotonic()
    async with running(SCRIPT.model_copy(update={"faults": (Fault.model_validate({"kind": kind}),)})) as provider:
        with pytest.raises(AgentError, match=said) as failure:
            await attempt(provider, model, step, 1)
        assert time.monotonic() - started < 10
        assert (failure.value.retryable, failure.value.counts) == (True, True)
        assert [entry.kind for entry in step.transcript.discarded] == [EntryKind.FAILED_CALL] * tries
        assert step.transcript.reserved == {}

        async def is_left() -> bool:
            return all(call.ended == "client left" for call in provider.calls)

        await eventually(is_left)
        provider.faults.clear()
        assert await attempt(provider, model, step) == Done(text="all")


@pytest.mark.parametrize("model", MODELS)
async def test_a_call_that_the_limit_of_output_cut_is_corrected(model: str) -> None:
    step = Step(MemoryTranscript())
    cut = Fault(kind="length", times=1)
    async with running(SCRIPT.model_copy(update={"faults": (cut,)})) as provider:
        assert await attempt(provider, model, step) == Done(text="all")
        assert "was cut off. Nothing of it was carried out" in str(provider.calls[1].body)


async def test_a_tool_that_does_not_end_is_stopped_and_the_model_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool_calls, "TOOL_SECONDS", 0.05)
    ended = False

    async def act(arguments: object) -> str:
        nonlocal ended
        try:
            await asyncio.sleep(60)
        finally:
            ended = True
        raise AssertionError

    class Hanging(Tools):
        def all(self) -> tuple[Tool, ...]:
            return tuple(replace(tool, run=act) if tool.name == "act" else tool for tool in super().all())

    model = Model([says(call("act", word="a")), says(call("done", text="all"))])
    completed = await conversation(model, Step(), Hanging()).run()
    assert completed.arguments == Done(text="all")
    assert results(model.asked[1]) == ["Error: act did not end within 0 s."]
    assert ended


async def test_any_number_of_calls_wait_for_their_provider_at_once() -> None:
    waiting = Fault(kind="answer", answer=SCRIPT.conversations["build"].turns[1], seconds=1.0)  # type: ignore[arg-type]
    async with running(SCRIPT.model_copy(update={"faults": (waiting,)})) as provider:
        environment = {"OPENAI_BASE_URL": provider.openai_url, "OPENAI_API_KEY": KEY}
        clients = ModelClients(Settings(_env_file=None, model_prices={"openai:scripted": (1.0, 2.0)}), environment)
        client = clients.get("openai:scripted")
        models = only(client)
        steps = [Step() for _ in range(200)]
        conversations = [Conversation(models, PROMPT, Tools().all(), LIMITS, step, unlimited(step)) for step in steps]
        most = 0

        async def watch() -> None:
            nonlocal most
            while True:
                most = max(most, provider.calls.in_flight)
                await asyncio.sleep(0.01)

        watching = asyncio.create_task(watch())
        await asyncio.gather(*(each.run() for each in conversations))
        watching.cancel()
        await clients.close()
    assert most > 100
    async with asyncio.timeout(PATIENCE_SECONDS):  # each slot was released
        await asyncio.gather(*(client.slots.acquire() for _ in range(CALL_SLOTS)))
    assert client.slots.locked()
