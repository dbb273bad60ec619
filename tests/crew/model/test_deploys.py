"""A deploy in the middle of a step: what was said is used again only where it answers the same question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest

from crew.model.prompt import Prompt
from crew.model.tool import Tool, ToolError
from crew.transcript import EntryKind
from tests.crew.model.model_under_test import (
    DiedError,
    Done,
    MemoryTranscript,
    Model,
    Step,
    Tools,
    Word,
    conversation,
)
from tests.crew.model.test_conversation import WORK

NEW_PROMPT = Prompt("coder@2", "Another system.", "Another task.")
DIES_AT = 6
"""The write after two responses and three results."""


async def interrupted(model: Model) -> Step:
    step = Step(MemoryTranscript(dies_at=DIES_AT))
    with pytest.raises(DiedError):
        await conversation(model, step).run()
    assert [entry.kind for entry in step.transcript.stored].count(EntryKind.RESPONSE) == len(model.asked) == 2
    return step


class OtherTools(Tools):
    """The tools of another version."""

    def __init__(self, change: Callable[[Tool], Tool | None]) -> None:
        super().__init__()
        self._change = change

    def all(self) -> tuple[Tool, ...]:
        return tuple(filter(None, map(self._change, super().all())))


class Letter(Word):
    letter: str = "a"


async def _refuses(_: Word) -> str:
    raise ToolError("notes are not taken any more")


DIFFERENT: dict[str, Callable[[Tool], Tool | None]] = {
    "a description": lambda tool: replace(tool, description=f"{tool.description} Now."),
    "a schema": lambda tool: replace(tool, arguments=Letter) if tool.name == "note" else tool,
    "a tool less": lambda tool: tool if tool.name != "act" else None,
}


@pytest.mark.parametrize("what", DIFFERENT)
async def test_with_other_tools_the_step_begins_anew(what: str) -> None:
    model = Model(WORK)
    step = await interrupted(model)
    paid, tools = step.transcript.spent, OtherTools(DIFFERENT[what])
    completed = await conversation(model, step, tools, prompt=NEW_PROMPT).run()
    assert (completed.arguments, completed.usage.prompt_version) == (Done(text="all"), "coder@2")
    assert len(model.asked) == 2 + 4
    assert all("Another task." in str(messages[0]) for messages in model.asked[2:])
    assert step.transcript.spent > paid  # what the first version cost stays booked
    assert orjson.loads(step.transcript.stored[0].body)["version"] == "coder@2"
    assert [entry.position for entry in step.transcript.stored] == list(range(len(step.transcript.stored)))


async def test_with_another_prompt_alone_the_step_goes_on_with_its_own() -> None:
    model = Model(WORK)
    step = await interrupted(model)
    tools = Tools()
    completed = await conversation(model, step, tools, prompt=NEW_PROMPT).run()
    assert (completed.usage.prompt_version, len(model.asked)) == ("coder@1", 4)
    assert all("Role: coder" in str(messages[0]) for messages in model.asked)
    assert tools.acts == []  # both were done before the deploy, and their results are stored


async def test_what_followed_a_result_that_is_another_one_now_is_asked_again() -> None:
    model = Model(WORK)
    step = await interrupted(model)
    tools = OtherTools(lambda tool: replace(tool, run=_refuses) if tool.name == "note" else tool)
    completed = await conversation(model, step, tools).run()
    assert completed.arguments == Done(text="all")
    assert len(model.asked) == 2 + 3  # the first response still answers the same question, the second does not
    assert tools.acts == ["b", "c"]
    told = [orjson.loads(entry.body)["text"] for entry in step.transcript.stored if entry.call_id == "1"]
    assert told == ["Error: notes are not taken any more"]


@pytest.mark.parametrize("damage", ["fingerprint", "body", "kind"])
async def test_an_entry_that_does_not_fit_and_all_after_it_are_asked_again(damage: str) -> None:
    model = Model(WORK)
    step = await interrupted(model)
    stored = step.transcript.stored
    (second,) = (at for at, entry in enumerate(stored) if entry.kind is EntryKind.RESPONSE and at > 1)
    match damage:
        case "fingerprint":
            stored[second] = replace(stored[second], fingerprint="another")
        case "kind":
            stored[second] = replace(stored[second], kind=EntryKind.REMARK)
        case "body":  # of the result before it
            stored[second - 1] = replace(
                stored[second - 1], body=orjson.dumps({"tool": "act", "text": "no", "ok": True, "usable": True})
            )
    completed = await conversation(model, step).run()
    assert (completed.arguments, len(model.asked)) == (Done(text="all"), 2 + 3)


async def test_what_a_step_was_asked_with_is_stored_and_what_answered_is_told() -> None:
    model, step = Model(WORK), Step()
    completed = await conversation(model, step, settings={"max_tokens": 1_000}).run()
    first = orjson.loads(step.transcript.stored[0].body)
    assert (first["version"], first["dialect"], first["settings"]) == ("coder@1", "native", {"max_tokens": 1_000})
    assert [tool["name"] for tool in first["tools"]] == ["note", "act", "done"]
    usage = completed.usage
    assert (usage.asked_for, usage.model, usage.prompt_version) == ("test:scripted", "function:answer:", "coder@1")
    assert usage.framework is not None
    assert usage.framework.startswith("pydantic-ai ")
