"""The loop of a step: what is stored, what is paid, and how it ends."""

from __future__ import annotations

import json

import pytest
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, ToolReturnPart

from crew.model.context import MAX_RESULT
from crew.model.dialect import Dialect, JsonText, NativeTools
from crew.model.limits import StepLimits
from crew.model.prompt import Prompt
from crew.protocol import AgentError
from crew.transcript import EntryKind
from tests.crew.model.model_under_test import (
    LIMITS,
    DiedError,
    Done,
    MemoryTranscript,
    Model,
    Step,
    Tools,
    call,
    conversation,
    says,
)

WORK = (
    says(call("note", "1", word="a"), call("act", "2", word="b")),
    says(call("act", "3", word="c")),
    says(call("note", "4", word="d")),
    says(call("done", "5", text="all")),
)


def results(messages: list[ModelMessage]) -> list[str]:
    """Return what the model received in the last message."""
    last = messages[-1]
    assert isinstance(last, ModelRequest)
    return [str(part.content) for part in last.parts if isinstance(part, ToolReturnPart)]


async def test_a_step_asks_runs_the_calls_and_ends() -> None:
    model, step, tools = Model(WORK), Step(), Tools()
    completed = await conversation(model, step, tools).run()
    assert (completed.tool, completed.arguments) == ("done", Done(text="all"))
    assert (tools.notes, tools.acts, len(model.asked)) == (["a", "d"], ["b", "c"], 4)
    assert results(model.asked[1]) == ["1 notes", "did b"]
    assert [entry.kind for entry in step.transcript.stored] == [
        EntryKind.PROMPT,
        *(EntryKind.RESPONSE, EntryKind.TOOL_RESULT, EntryKind.TOOL_RESULT),
        *(EntryKind.RESPONSE, EntryKind.TOOL_RESULT) * 3,
    ]
    assert (completed.usage.input_tokens, completed.usage.output_tokens, completed.usage.model) == (
        400,
        400,
        "function:answer:",
    )
    assert step.transcript.reserved == {}
    assert step.transcript.spent == pytest.approx(completed.usage.cost_usd) == pytest.approx(4 * 300 / 1_000_000)


async def test_nothing_is_carried_out_after_the_call_that_ends_the_step() -> None:
    model, tools = Model([says(call("done", text="all"), call("act", word="late"), call("note", word="late"))]), Tools()
    completed = await conversation(model, Step(), tools).run()
    assert (completed.arguments, tools.acts, tools.notes) == (Done(text="all"), [], [])


async def test_whatever_write_a_step_dies_at_nothing_is_asked_or_done_twice() -> None:
    undisturbed = Step()
    await conversation(Model(WORK), undisturbed).run()
    writes = undisturbed.transcript.writes
    for dies_at in range(1, writes + 1):
        model, tools = Model(WORK), Tools()
        step = Step(MemoryTranscript(dies_at=dies_at))
        with pytest.raises(DiedError):
            await conversation(model, step, tools).run()
        tools.notes.clear()  # the memory of the process
        completed = await conversation(model, step, tools).run()
        assert (completed.arguments, tools.notes, tools.acts) == (Done(text="all"), ["a", "d"], ["b", "c"]), dies_at
        assert len(model.asked) == 4, dies_at
        assert [entry.body for entry in step.transcript.stored if entry.kind is not EntryKind.RESPONSE] == [
            entry.body for entry in undisturbed.transcript.stored if entry.kind is not EntryKind.RESPONSE
        ]


async def test_a_deploy_with_another_prompt_keeps_the_one_that_the_task_began_with() -> None:
    model, step = Model(WORK), Step(MemoryTranscript(dies_at=4))
    with pytest.raises(DiedError):
        await conversation(model, step).run()
    completed = await conversation(model, step, prompt=Prompt("coder@2", "Another.", "Another task.")).run()
    assert (len(model.asked), completed.usage.prompt_version) == (4, "coder@1")


async def test_a_deploy_with_other_tools_replays_nothing_that_does_not_fit() -> None:
    model, step = Model(WORK), Step(MemoryTranscript(dies_at=4))
    with pytest.raises(DiedError):
        await conversation(model, step, dialect=JsonText()).run()
    asked = len(model.asked)
    completed = await conversation(model, step, prompt=Prompt("coder@2", "Another.", "Another task.")).run()
    assert (len(model.asked), completed.usage.prompt_version) == (asked + 4, "coder@2")
    assert json.loads(step.transcript.stored[0].body)["version"] == "coder@2"


@pytest.mark.parametrize(
    ("turn", "problem"),
    [
        (says(call("fly", word="a")), "there is no tool fly"),
        (says(call("note", wrong="a")), "do not fit: word: Field required; wrong: Extra inputs"),
        (says("I am done.", finish_reason="stop"), "no tool"),
    ],
)
async def test_a_response_that_cannot_be_used_is_corrected_twice(turn: ModelResponse, problem: str) -> None:
    model, step = Model([turn, turn, turn, turn]), Step()
    with pytest.raises(AgentError, match="in 3 turns") as failure:
        await conversation(model, step).run()
    assert problem in str(failure.value)
    assert failure.value.retryable
    assert problem in str(model.asked[1][-1])
    assert [entry.kind for entry in step.transcript.stored] == [EntryKind.PROMPT]  # the next attempt asks again
    paid = [entry for entry in step.transcript.discarded if entry.kind is EntryKind.RESPONSE]
    assert 0 < step.transcript.spent == pytest.approx(sum(entry.cost_usd for entry in paid))
    assert [entry.discarded for entry in paid] == [str(failure.value)] * 3
    recovering = Model([turn, turn, says(call("done", text="all"))])
    assert (await conversation(recovering, Step()).run()).turns == 3


async def test_a_remark_for_the_model_is_no_cause_for_people() -> None:
    with pytest.raises(AgentError, match=r"in 3 turns: it is wrong$"):
        await conversation(Model([says(call("act", word="wrong"))]), Step()).run()


async def test_the_same_call_again_and_again_is_nudged_and_then_ends_the_step() -> None:
    model, step = Model([says(call("act", word="a"))]), Step()
    with pytest.raises(AgentError, match="made the same call of act 5 times") as failure:
        await conversation(model, step).run()
    assert not failure.value.retryable
    assert "3 times" in results(model.asked[3])[0]
    # A person continued it: what is stored is not asked again, and the count starts over.
    with pytest.raises(AgentError, match="10 times"):
        await conversation(model, step, continued=1).run()
    assert len(model.asked) == 10


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (StepLimits(3, 100, 10**6, 2.0), "3 turns"),
        (StepLimits(20, 3, 10**6, 2.0), "3 tool calls"),
        (StepLimits(20, 100, 300, 2.0), "300 tokens of output"),
    ],
)
async def test_caps_end_a_step(limits: StepLimits, said: str) -> None:
    model = Model([says(call("act", word=str(number))) for number in range(30)])
    with pytest.raises(AgentError, match=said) as failure:
        await conversation(model, Step(), limits=limits).run()
    assert (failure.value.retryable, len(model.asked)) == (False, 3)


async def test_a_model_without_tools_answers_in_json() -> None:
    turns = [
        says('Sure! ```json\n{"tool": "note", "arguments": {"word": "a"}}\n```', finish_reason="stop"),
        says('{"tool": "done", "arguments": {"text": "all"}}', finish_reason="stop"),
    ]
    model, tools = Model(turns), Tools()
    completed = await conversation(model, Step(), tools, dialect=JsonText()).run()
    assert (completed.arguments, tools.notes) == (Done(text="all"), ["a"])
    first = model.asked[0][0]
    assert isinstance(first, ModelRequest)
    assert '{"tool": "<name>"' in str(first.instructions)
    assert "Result of note:" in str(model.asked[1][-1])


async def test_a_long_result_keeps_its_head_and_its_tail_and_says_what_is_left_out() -> None:
    model = Model([says(call("act", word=f"{'x' * 2 * MAX_RESULT}-tail")), says(call("done", text="all"))])
    await conversation(model, Step()).run()
    (shown,) = results(model.asked[1])
    head, notice, tail = shown.splitlines()
    assert (head.startswith("did xxx"), tail.endswith("x-tail")) == (True, True)
    assert len(head) == len(tail) == MAX_RESULT / 2
    left_out = len("did ") + 2 * MAX_RESULT + len("-tail") - MAX_RESULT
    assert notice == f"[... {left_out:,} characters are left out ...]"


@pytest.mark.parametrize("dialect", [NativeTools(), JsonText()])
async def test_old_results_make_room_and_what_never_fits_is_said(dialect: Dialect) -> None:
    def turn(tool: str, **arguments: str) -> ModelResponse:
        if isinstance(dialect, NativeTools):
            return says(call(tool, **arguments))
        return says(json.dumps({"tool": tool, "arguments": arguments}), finish_reason="stop")

    model = Model([*(turn("act", word=f"{number}" + "x" * 9_000) for number in range(12)), turn("done", text="all")])
    await conversation(model, Step(), context_tokens=40_000, limits=LIMITS, dialect=dialect).run()
    assert "was dropped to make room" in str(model.asked[-1])
    with pytest.raises(AgentError, match="needs about"):
        await conversation(Model(WORK), Step(), prompt=Prompt("v", "s", "x" * 200_000), context_tokens=40_000).run()


@pytest.mark.parametrize("dialect", [NativeTools(), JsonText()])
async def test_nothing_of_a_response_that_was_cut_off_is_carried_out(dialect: Dialect) -> None:
    """Even if it looks complete: further calls, or the rest of a file, may be missing."""
    native = isinstance(dialect, NativeTools)
    complete = '{"tool": "act", "arguments": {"word": "half"}}'
    cut = says(call("act", word="half") if native else complete, finish_reason="length")
    done = says(call("done", text="all") if native else '{"tool": "done", "arguments": {"text": "all"}}')
    model, step, tools = Model([cut, says("I was about to", finish_reason="length"), done]), Step(), Tools()
    completed = await conversation(model, step, tools, dialect=dialect).run()
    assert (tools.acts, completed.turns, completed.usage.output_tokens) == ([], 3, 300)
    for asked in model.asked[1:]:
        assert "was cut off. Nothing of it was carried out" in str(asked[-1])
    always, step = Model([cut]), Step()
    with pytest.raises(AgentError, match=r"no usable response in 3 turns: the response reached the limit"):
        await conversation(always, step, tools, dialect=dialect).run()
    assert (len(always.asked), tools.acts) == (3, [])


@pytest.mark.parametrize(("name", "most"), [("MAX_TURNS", 3), ("MAX_BYTES", 2_000)])
async def test_a_transcript_has_an_end_however_often_a_person_continues(
    monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    monkeypatch.setattr(f"crew.model.conversation.{name}", most)
    model = Model([says(call("act", word=str(number))) for number in range(30)])
    step, limits = Step(), StepLimits(turns=1, tool_calls=1, output_tokens=10**6, cost_usd=2.0)
    for continued in range(1, 30):
        more = StepLimits(limits.turns * continued, limits.tool_calls * continued, limits.output_tokens, 2.0)
        with pytest.raises(AgentError) as failure:
            await conversation(model, step, limits=more, continued=continued).run()
        if "transcript is full" in str(failure.value):
            break
    assert "Amend with a comment: that starts a new round" in str(failure.value)
    assert not failure.value.retryable
    assert (len(model.asked) == 3) if name == "MAX_TURNS" else (1 < len(model.asked) < 20)
