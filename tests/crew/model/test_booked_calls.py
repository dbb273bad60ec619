"""What a step is booked for: calls that it may make, that are not believed, that fail and that are cancelled."""

from __future__ import annotations

import asyncio

import pytest
from pydantic_ai.exceptions import (
    ModelAuthenticationError,
    ModelConnectionError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    UnexpectedModelBehavior,
)
from pydantic_ai.messages import ModelMessage, ModelResponse

from crew.model import model_call
from crew.protocol import AgentError, BudgetExhaustedError
from crew.transcript import EntryKind
from tests.crew.model.model_under_test import (
    MemoryTranscript,
    Model,
    Step,
    call,
    conversation,
    says,
)
from tests.crew.model.test_conversation import WORK


async def test_a_budget_ends_a_step_before_the_call_that_may_exceed_it() -> None:
    model = Model([says(call("act", word=str(number)), tokens=100_000) for number in range(30)])
    with pytest.raises(BudgetExhaustedError, match=r"spent 1\.80 of 2\.00 USD"):
        await conversation(model, Step(), max_output_tokens=100_000, context_tokens=1_000_000).run()
    step = Step(MemoryTranscript(limit=0.7))
    with pytest.raises(BudgetExhaustedError):
        await conversation(model, step, max_output_tokens=100_000, context_tokens=1_000_000).run()
    assert step.transcript.spent <= 0.7


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (says(call("done", text="all"), finish_reason=None), "did not say why its response ended"),
        (says("No.", finish_reason="content_filter"), "refused"),
        (says(call("done", text="x" * 2_000_000)), "bytes"),
    ],
)
async def test_responses_that_must_not_be_believed(response: ModelResponse, said: str) -> None:
    step = Step()
    with pytest.raises(AgentError, match=said) as failure:
        await conversation(Model([response]), step).run()
    assert [entry.kind for entry in step.transcript.stored] == [EntryKind.PROMPT]
    (paid,) = step.transcript.discarded
    assert (paid.kind, paid.discarded, paid.output_tokens) == (EntryKind.RESPONSE, str(failure.value), 100)
    assert step.transcript.spent == paid.cost_usd > 0  # it was still paid
    assert len(paid.body) < 2_000
    assert step.transcript.reserved == {}


@pytest.mark.parametrize(
    ("error", "said", "retryable", "counts"),
    [
        (ModelAuthenticationError("m", "bad key sk-planted", body=None), "rejected the key", False, True),
        (ModelQuotaExceededError("m", "no credit", body=None), "quota or credit", False, True),
        (ModelRateLimitError("m", "slow down", body=None, retry_after=7.0), "is rate-limited", True, False),
        (ModelConnectionError("m", "no route", phase="connect"), "cannot be reached", True, True),
    ],
)
async def test_failures_of_a_provider_are_said_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str, retryable: bool, counts: bool
) -> None:
    monkeypatch.setattr(model_call, "RETRY_DELAYS", (0.0, 0.0))
    step = Step()
    with pytest.raises(AgentError, match=said) as failure:
        await conversation(Model([error]), step).run()
    assert (failure.value.retryable, failure.value.counts) == (retryable, counts)
    assert "sk-planted" not in str(failure.value)
    retries = [message for message in step.messages if message.startswith("waits 0 s, then asks again: ")]
    assert len(retries) == len(step.waits) == (2 if said == "cannot be reached" else 0)
    assert all(said in message for message in retries)
    assert {(wait.reason, wait.seconds) for wait in step.waits} <= {("retry", 0)}
    assert (step.transcript.spent, step.transcript.reserved) == (0.0, {})
    if not counts:
        assert failure.value.retry_after is not None
        assert failure.value.retry_after.total_seconds() == 7


@pytest.mark.parametrize(
    "error",
    [ModelConnectionError("m", "cut", phase="read"), UnexpectedModelBehavior("no JSON"), RuntimeError("boom")],
)
async def test_a_call_that_broke_after_it_was_sent_is_booked_whole(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """What the provider bills is unknown."""
    monkeypatch.setattr(model_call, "RETRY_DELAYS", ())
    step = Step()
    with pytest.raises(AgentError) as failure:
        await conversation(Model([error]), step).run()
    assert step.transcript.spent > 0.001  # the prompt and all the output that there may be
    assert step.transcript.reserved == {}
    (paid,) = step.transcript.discarded
    assert (paid.kind, paid.cost_usd, paid.discarded) == (
        EntryKind.FAILED_CALL,
        step.transcript.spent,
        str(failure.value),
    )


async def test_a_call_that_is_cancelled_before_it_has_a_slot_costs_nothing() -> None:
    step, model = Step(), Model(WORK)
    running = asyncio.create_task(conversation(model, step, slots=asyncio.Semaphore(0)).run())
    while not step.transcript.reserved:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (step.transcript.reserved, step.transcript.spent, step.transcript.discarded) == ({}, 0.0, [])
    assert model.asked == []


async def test_a_cancelled_call_is_booked_whole() -> None:
    asked = asyncio.Event()

    class Hanging(Model):
        async def answer(self, messages: list[ModelMessage], info: object) -> ModelResponse:
            asked.set()
            await asyncio.sleep(60)
            raise AssertionError

    step = Step()
    running = asyncio.create_task(conversation(Hanging([]), step).run())
    await asked.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert step.transcript.reserved == {}
    assert step.transcript.spent > 0


async def test_a_cancelled_call_is_reported_once_it_is_booked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ended it was recorded before, when those who watch read what was spent."""
    step, asked = Step(), asyncio.Event()
    spent_when_told: dict[str, float] = {}

    async def progress(message: str, *_: object, **__: object) -> None:
        spent_when_told[message] = step.transcript.spent

    async def hangs(*_: object) -> ModelResponse:
        asked.set()
        return await asyncio.Future[ModelResponse]()

    monkeypatch.setattr(step, "progress", progress)
    model = Model(WORK)
    monkeypatch.setattr(model, "answer", hangs)
    running = asyncio.create_task(conversation(model, step).run())
    await asked.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert spent_when_told["its call of test:scripted was cancelled"] == step.transcript.spent > 0
