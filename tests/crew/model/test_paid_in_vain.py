"""What a step pays for in vain counts as its own, and a step that gave up is resumed when a person says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic_ai.exceptions import ModelConnectionError
from pydantic_ai.messages import ModelMessage, ModelResponse

from crew.model import model_call
from crew.model.context import BYTES_PER_TOKEN
from crew.model.limits import StepLimits
from crew.model.tool import Tool
from crew.model.tool_calls import GO_ON
from crew.protocol import AgentError, BudgetExhaustedError
from tests.crew.model.agents_under_test import crew_of, documents_of, work
from tests.crew.model.model_under_test import (
    LIMITS,
    Done,
    MemoryTranscript,
    Model,
    Step,
    Tools,
    Word,
    call,
    conversation,
    says,
)
from tests.crew.model.test_conversation import WORK, results
from tests.provider.greeter import GREETER
from tests.provider.scripts import calling, changed, software_delivery


async def test_what_was_paid_in_vain_counts_in_the_caps_of_the_step() -> None:
    cut = says(call("done", text="all"), finish_reason=None)
    step, limits = Step(MemoryTranscript(limit=100.0)), StepLimits(3, 100, 10**6, 2.0)
    for _ in range(3):
        with pytest.raises(AgentError, match="did not say why"):
            await conversation(Model([cut]), step, limits=limits).run()
    model = Model([cut])
    with pytest.raises(AgentError, match=r"all 3 turns.*could not be used: test:scripted did not say why") as failure:
        await conversation(model, step, limits=limits).run()
    assert (failure.value.retryable, model.asked) == (False, [])
    again = await conversation(Model([says(call("done", text="all"))]), step, limits=LIMITS).run()
    assert (again.turns, again.usage.output_tokens) == (4, 400)
    assert again.usage.cost_usd == pytest.approx(step.transcript.spent)


async def test_calls_that_broke_count_in_the_dollars_of_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_call, "RETRY_DELAYS", ())
    model, step = Model([ModelConnectionError("m", "cut", phase="read")]), Step()
    limits = StepLimits(3, 100, 10**6, 0.01)
    for _ in range(4):
        with pytest.raises(AgentError, match="broke before its response was complete"):
            await conversation(model, step, limits=limits).run()
    with pytest.raises(BudgetExhaustedError, match="could not be used: The connection to the"):
        await conversation(model, step, limits=limits).run()
    assert len(model.asked) == len(step.transcript.discarded) == 4
    assert 0.008 < step.transcript.spent <= 0.01


async def test_the_definitions_of_the_tools_are_reserved_for() -> None:
    class Wordy(Tools):
        def all(self) -> tuple[Tool, ...]:
            return tuple(replace(tool, description="x" * 30_000) for tool in super().all())

    most: list[float] = []
    for tools in (Tools(), Wordy()):
        step = Step()

        def seen(messages: list[ModelMessage], step: Step = step) -> ModelResponse:
            most.extend(step.transcript.reserved.values())
            return says(call("done", text="all"))

        await conversation(Model([seen]), step, tools).run()
    few, many = most
    assert many - few == pytest.approx(3 * 30_000 / BYTES_PER_TOKEN / 1_000_000, rel=0.01)
    with pytest.raises(AgentError, match="needs about"):
        await conversation(Model(WORK), Step(), Wordy(), context_tokens=30_000).run()


async def test_a_step_that_gave_up_goes_on_once_a_person_says_so() -> None:
    turns = [
        says(call("give_up", "1", word="no keys"), call("act", "2", word="b")),
        says(call("give_up", "3", word="still none")),
        says(call("done", "4", text="all")),
    ]
    model, step, tools = Model(turns), Step(), GivingUp()
    for _ in range(2):  # an attempt that died after it repeats its end
        assert (await conversation(model, step, tools).run()).tool == "give_up"
    assert (len(model.asked), tools.acts) == (1, [])
    for _ in range(2):
        assert (await conversation(model, step, tools, continued=1).run()).arguments == Word(word="still none")
    assert (len(model.asked), tools.acts) == (2, ["b"])
    assert results(model.asked[1]) == [f"a person decides{GO_ON}", "did b"]
    assert (await conversation(model, step, tools, continued=2).run()).arguments == Done(text="all")
    assert (len(model.asked), tools.acts) == (3, ["b"])
    assert step.transcript.discarded == []


async def test_a_coder_that_called_impossible_is_asked_again_once_a_person_says_so() -> None:
    build = [calling("impossible", reason="no keys"), calling("impossible", reason="still none")]
    step = Step()
    async with crew_of(changed(software_delivery(GREETER), {"build": build})) as (crew, provider):
        for continued, reason in ((0, "no keys"), (0, "no keys"), (1, "still none"), (1, "still none")):
            with pytest.raises(AgentError, match=f"the task is impossible: {reason}"):
                await work(crew, "build", documents_of(GREETER), step=step, continued=continued)
        assert provider.calls.total == 2


class GivingUp(Tools):
    def all(self) -> tuple[Tool, ...]:
        async def give_up(_: Word) -> str:
            return "a person decides"

        return (*super().all(), Tool("give_up", "Give up.", Word, give_up, ends=True, gives_up=True))
