"""A call of an MCP server's tool whose worker dies is not made again, since it may have had effects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crew.model.tool import Tool
from crew.protocol import PermissionNeededError
from crew.transcript import EntryKind
from models.contracts.tool_permission import ToolDecision
from tests.crew.model.model_under_test import (
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
from tests.crew.model.test_conversation import results

WORK = (says(call("act", "1", word="a")), says(call("act", "2", word="b")), says(call("done", "3", text="all")))


class AskingTools(Tools):
    """`act` belongs to an MCP server, and asks. A later version of BotArmy has another description of `done`."""

    version = 1

    def all(self) -> tuple[Tool, ...]:
        asking = {"source": "notes/act", "asks_first": True}
        newer = {"description": f"Ends, version {self.version}."}
        changes: dict[str, dict[str, Any]] = {"act": asking, "done": newer}
        return tuple(replace(tool, **changes.get(tool.name, {})) for tool in super().all())


class RemoteTools(Tools):
    """`act` belongs to an MCP server."""

    def all(self) -> tuple[Tool, ...]:
        return tuple(replace(tool, source="notes/act") if tool.name == "act" else tool for tool in super().all())


async def test_whatever_write_a_step_dies_at_no_call_is_made_twice() -> None:
    undisturbed, acts = Step(), RemoteTools()
    await conversation(Model(WORK), undisturbed, acts).run()
    assert acts.acts == ["a", "b"]
    kinds = [entry.kind for entry in undisturbed.transcript.stored]
    for dies_at in range(1, undisturbed.transcript.writes + 1):
        model, tools, step = Model(WORK), RemoteTools(), Step(MemoryTranscript(dies_at=dies_at))
        with pytest.raises(DiedError):
            await conversation(model, step, tools).run()
        completed = await conversation(model, step, tools).run()
        assert completed.arguments == Done(text="all")
        assert len(model.asked) == 3
        began = kinds[dies_at - 1] is EntryKind.REMARK  # and then it died
        assert len(tools.acts) == 2 - began
        lost = [text for messages in model.asked[1:] for text in results(messages) if "the worker died" in text]
        assert len(lost) == began


async def test_a_permission_is_used_up_although_the_conversation_begins_again() -> None:
    work = (WORK[0], WORK[2])
    step, tools = Step(), AskingTools()
    with pytest.raises(PermissionNeededError) as needed:
        await conversation(Model(work), step, tools).run()
    allowed = ToolDecision(digest=needed.value.call.digest, allowed=True)
    step.transcript.dies_at = step.transcript.writes + 3  # the response after the call
    with pytest.raises(DiedError):
        await conversation(Model(work), step, tools, permissions=[allowed]).run()
    assert tools.acts == ["a"]

    tools.version = 2  # an update in the middle of the step
    with pytest.raises(PermissionNeededError) as again:
        await conversation(Model(work), step, tools, permissions=[allowed]).run()
    assert (again.value.call, tools.acts) == (needed.value.call, ["a"])
    for _ in range(2):  # and once it is stored, it is read
        completed = await conversation(Model(work), step, tools, permissions=[allowed, allowed]).run()
        assert completed.arguments == Done(text="all")
        assert tools.acts == ["a", "a"]
