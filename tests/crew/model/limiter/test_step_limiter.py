"""The limiter as a step uses it: what is shown, cancelled, reserved, and counted together."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from pydantic_ai.exceptions import ModelRateLimitError

from config.settings import Settings
from crew.model.conversation import Conversation
from crew.model.limiter.limiter import Limited, Limiter
from crew.model.limiter.memory_queue import MemoryQueue
from crew.model.limiter.pace import Pace
from crew.model.limiter.turn_queue import Granted, Wait, Waiter
from crew.model.prompt import Prompt
from crew.protocol import AgentError, StepPostponedError
from tests.crew.model.model_under_test import LIMITS, Model, Step, Tools, call, only, says
from tests.waiting import eventually

KEY = "sk-planted-4f9d1c7e"
SLOW = Limited("k", Pace(interval=3600))
PROMPT = Prompt("coder@1", "You are a coder.", "Role: coder\nStage: build\nRound: 1")
DONE = says(call("done", "1", text="all"))


def conversation(limiter: Limiter, step: Step, model: Model, limited: Limited) -> Conversation:
    models = only(model.client(limited=limited))
    return Conversation(models, PROMPT, Tools().all(), LIMITS, step, limiter.of_step(uuid4(), uuid4(), step))


async def test_a_step_that_waits_says_so_reserves_nothing_and_leaves_the_queue_when_it_is_cancelled() -> None:
    queue, step, model = MemoryQueue(), Step(), Model([DONE])
    await queue.acquire("k", Waiter(UUID(int=1), UUID(int=1)), SLOW.pace, 0)
    waiting = asyncio.create_task(conversation(Limiter(queue), step, model, SLOW).run())

    async def is_shown() -> bool:
        return any(message.startswith("waits for its turn at test:scripted: 0 s") for message in step.messages)

    await eventually(is_shown)
    assert step.transcript.reserved == {}
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await waiting
    assert model.asked == []
    wait = await queue.acquire("k", Waiter(UUID(int=2), UUID(int=2)), SLOW.pace, 0)
    assert isinstance(wait, Wait)
    assert wait.expected <= SLOW.pace.interval


async def test_a_step_that_is_postponed_keeps_its_place() -> None:
    class Impatient(Step):
        async def idle(self, seconds: float) -> None:
            raise StepPostponedError

    queue, task = MemoryQueue(), uuid4()
    await queue.acquire("k", Waiter(UUID(int=1), UUID(int=1)), SLOW.pace, 0)
    with pytest.raises(StepPostponedError):
        await Limiter(queue).of_step(UUID(int=2), task, Impatient()).wait("m", SLOW, 0)
    await queue.acquire("k", Waiter(UUID(int=2), uuid4()), SLOW.pace, 0)
    await queue.give_back("k", SLOW.pace, Granted(0.0, 0.0, in_memory=True))
    assert isinstance(await queue.acquire("k", Waiter(UUID(int=2), task), SLOW.pace, 0), Granted)


async def test_a_rate_limit_pauses_the_calls_of_all_steps() -> None:
    queue, free = MemoryQueue(), Limited("k", Pace())
    refused = Model([ModelRateLimitError("m", "slow down", body=None, retry_after=1.2)])
    with pytest.raises(AgentError, match="is rate-limited") as failure:
        await conversation(Limiter(queue), Step(), refused, free).run()
    assert not failure.value.counts
    step, model = Step(), Model([DONE])
    await conversation(Limiter(queue), step, model, free).run()
    assert any(message.startswith("waits for test:scripted, which is rate-limited: 0 s") for message in step.messages)
    assert {wait.reason for wait in step.waits} == {"rate_limit"}
    assert all(0 < (wait.seconds or 0) <= 1.2 for wait in step.waits)
    assert len(model.asked) == 1


async def test_a_turn_is_returned_if_the_budget_is_spent_meanwhile() -> None:
    queue, step, model = MemoryQueue(), Step(), Model([DONE])
    fast = Limited("k", Pace(interval=1.5))
    await queue.acquire("k", Waiter(UUID(int=1), UUID(int=1)), fast.pace, 0)
    waiting = asyncio.create_task(conversation(Limiter(queue), step, model, fast).run())

    async def waits() -> bool:
        return any("waits" in message for message in step.messages)

    await eventually(waits)
    step.transcript.limit = 0.0
    with pytest.raises(AgentError, match="the budget is spent"):
        await waiting
    assert isinstance(await queue.acquire("k", Waiter(UUID(int=2), UUID(int=2)), fast.pace, 0), Granted)


async def test_what_a_response_used_corrects_what_was_reserved_for_it() -> None:
    queue, limited = MemoryQueue(), Limited("k", Pace(per_token=0.01))
    await conversation(Limiter(queue), Step(), Model([DONE]), limited).run()  # 200 of at least 1,000 tokens
    wait = await queue.acquire("k", Waiter(UUID(int=2), UUID(int=2)), limited.pace, 0)
    assert isinstance(wait, Granted)


def test_the_key_of_a_queue_contains_no_key_of_a_provider() -> None:
    settings = Settings(_env_file=None)
    one = Limited.of("openai:gpt-5", KEY, settings).key
    assert KEY not in one
    assert one.startswith("openai:gpt-5:")
    assert one == Limited.of("openai-responses:gpt-5", KEY, settings).key
    others = {Limited.of("openai:gpt-5", "other", settings).key, Limited.of("openai:o3", KEY, settings).key}
    assert len({one, *others}) == 3


@pytest.mark.parametrize(
    ("model", "requests", "tokens"),
    [
        ("openai:gpt-5", 500, 200_000),
        ("openai-responses:gpt-5", 500, 200_000),
        ("openai:o3", 60, 2_000_000),
        ("openai:other", 60, 30_000),
        ("ollama:mine", None, None),
    ],
)
def test_a_model_has_its_own_limits_and_else_those_of_all(
    model: str, requests: int | None, tokens: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTARMY_MODEL_RPM", "60")
    monkeypatch.setenv("BOTARMY_MODEL_TPM", "30000")
    limits = "openai:gpt-5=500rpm/200ktpm, openai:o3=2MTPM, ollama:mine=unlimited"
    monkeypatch.setenv("BOTARMY_MODEL_LIMITS", limits)
    pace = Limited.of(model, KEY, Settings(_env_file=None)).pace
    assert (pace.interval > 0) is (requests is not None)
    if requests is not None:
        assert pace.interval * (requests + 1 - pace.burst) == pytest.approx(61)
    assert pace.per_token == (pytest.approx(60 / (0.95 * tokens)) if tokens else 0)


@pytest.mark.parametrize("limits", ["openai:gpt-5", "openai:gpt-5=", "openai:gpt-5=500", "openai:gpt-5=0rpm", "=5rpm"])
def test_limits_that_cannot_be_read_are_refused(limits: str) -> None:
    with pytest.raises(ValueError, match="should be provider:model=LIMIT"):
        Settings(_env_file=None, model_limits=limits)  # type: ignore[arg-type]
