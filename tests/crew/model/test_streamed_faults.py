"""The same faults while people watch, so that responses are streamed: watching does not change the outcome."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from crew.model import model_call, streaming
from crew.model.call_slots import CALL_SLOTS
from crew.protocol import AgentError
from tests.crew.model.fault_endings import MODELS, OWN_PROBLEM, STREAMED_CASES, TRIES, Booked, Ending
from tests.crew.model.model_under_test import Done
from tests.crew.model.test_wire_faults import UNLIMITED, check_ending, in_the_middle
from tests.provider import Call, Fault, Turn, Usage
from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_call, "RETRY_DELAYS", (0.0, 0.0))


@pytest.fixture(autouse=True, scope="module")
def no_garbage_for_others() -> Iterator[None]:
    yield
    gc.collect()


@pytest.mark.parametrize(("kind", "model"), STREAMED_CASES, ids=str)
async def test_a_fault_ends_a_streamed_call_as_a_plain_one(kind: str, model: str) -> None:
    async with in_the_middle(model) as attempts:
        attempts.step.watchers.present = True
        await check_ending(kind, STREAMED_CASES[kind, model], attempts)


OVERLOADED = ("The engine is currently overloaded, please try again later.", "Overloaded")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("chunks", "booked"), [(0, "nothing"), (None, "each whole")])
async def test_an_error_in_a_stream_is_free_only_before_the_response_has_begun(
    chunks: int | None, booked: Booked, model: str
) -> None:
    async with in_the_middle(model) as attempts:
        attempts.step.watchers.present = True
        attempts.provider.faults.arm(Fault(kind="error_event", chunks=chunks))
        calls, before = attempts.so_far
        with pytest.raises(AgentError) as failure:
            await attempts.run(UNLIMITED)
        assert str(failure.value) == Ending(OWN_PROBLEM, OVERLOADED).text(model)
        assert attempts.so_far[0] - calls == TRIES
        whole = TRIES * attempts.client.price.max_cost(0, attempts.client.max_output_tokens)
        spent = attempts.so_far[1] - before
        assert spent > whole if booked == "each whole" else spent == 0
        assert attempts.step.transcript.reserved == {}
        assert attempts.client.streaming.is_allowed


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        *((kind, model) for kind in ("no_finish_reason", "malformed_json", "empty_body") for model in MODELS),
        ("no_usage", MODELS[0]),
    ],
)
async def test_a_model_that_streams_badly_is_asked_as_if_nobody_watched_from_then_on(kind: str, model: str) -> None:
    async with in_the_middle(model) as attempts:
        attempts.step.watchers.present = True
        if kind == "no_usage":
            unsaid = Turn(calls=(Call(name="done", arguments={"text": "all"}),), usage=Usage(input=0, output=0))
            attempts.provider.faults.arm(Fault(kind="answer", answer=unsaid, times=1))
            before = attempts.so_far[1]
            await attempts.run(UNLIMITED)
            assert attempts.so_far[1] - before > attempts.client.price.max_cost(0, attempts.client.max_output_tokens)
        else:
            attempts.provider.faults.arm(Fault.model_validate({"kind": kind, "times": 1}))
            with pytest.raises(AgentError):
                await attempts.run(UNLIMITED)
            await attempts.run(UNLIMITED)
            assert [call.body.get("stream") for call in attempts.provider.calls][1:] == [True, False]
        assert not attempts.client.streaming.is_allowed


@pytest.mark.parametrize("model", MODELS)
async def test_a_server_that_rejects_streams_is_asked_without_one_in_the_same_attempt(model: str) -> None:
    async with in_the_middle(model) as attempts:
        attempts.step.watchers.present = True
        attempts.provider.faults.arm(Fault(kind="bad_request", times=1, message="stream is not supported"))
        completed = await attempts.run(UNLIMITED)
        assert completed.arguments == Done(text="all")
        assert [call.body.get("stream") for call in attempts.provider.calls][1:] == [True, False]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("kind", "said", "tries"),
    [
        ("hang", "did not answer in time", TRIES),
        ("drip", "did not answer in time", TRIES),
        ("flood", "returned more than 10,000,000 bytes; the rest was not read.", 1),
    ],
)
async def test_a_stream_that_does_not_end_is_not_read_to_its_end(model: str, kind: str, said: str, tries: int) -> None:
    async with in_the_middle(model) as attempts:
        attempts.step.watchers.present = True
        attempts.client = replace(attempts.client, seconds=1)
        attempts.provider.faults.arm(Fault.model_validate({"kind": kind}))
        calls, started = attempts.so_far[0], time.monotonic()
        with pytest.raises(AgentError, match=said):
            await attempts.run(UNLIMITED)
        assert time.monotonic() - started < 30
        assert attempts.so_far[0] - calls == tries

        async def is_left() -> bool:
            return all(call.ended == "client left" for call in list(attempts.provider.calls)[1:])

        await eventually(is_left)


@pytest.mark.parametrize("model", MODELS)
async def test_a_stream_that_is_cancelled_ends_at_once_and_is_booked(model: str) -> None:
    async with in_the_middle(model) as attempts:
        attempts.step.watchers.present = True
        slow = Turn(text="word " * 100, pieces=50, pace=0.2)
        attempts.provider.faults.arm(Fault(kind="answer", answer=slow))
        before, step = attempts.so_far[1], asyncio.create_task(attempts.run(UNLIMITED))

        async def is_shown() -> bool:
            return any(call is not None and "word" in call.text for call in attempts.step.watchers.shown)

        await eventually(is_shown)
        started = time.monotonic()
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step
        assert time.monotonic() - started < 5
        assert attempts.so_far[1] - before > attempts.client.price.max_cost(0, attempts.client.max_output_tokens)
        assert attempts.step.watchers.shown[-1] is None


@pytest.mark.parametrize("model", MODELS)
async def test_streams_hold_no_slot_while_they_are_read(model: str) -> None:
    async with in_the_middle(model) as attempts:
        attempts.step.watchers.present = True
        slow = Turn(text="word " * 100, pieces=50, pace=0.2)
        attempts.provider.faults.arm(Fault(kind="answer", answer=slow))
        step = asyncio.create_task(attempts.run(UNLIMITED))

        async def is_shown() -> bool:
            return bool(attempts.step.watchers.shown)

        await eventually(is_shown)
        for _ in range(CALL_SLOTS):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await attempts.client.slots.acquire()
        step.cancel()
        await asyncio.wait([step])


async def test_only_some_calls_are_streamed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "MAX_STREAMS", 1)
    async with in_the_middle(MODELS[0]) as attempts:
        attempts.step.watchers.present = True
        with attempts.client.streaming.call(is_watched=True) as is_streamed:
            assert is_streamed
            await attempts.run(UNLIMITED)
        assert not attempts.provider.calls[-1].body.get("stream")
        with attempts.client.streaming.call(is_watched=True) as is_streamed:
            assert is_streamed
