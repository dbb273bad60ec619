"""Anthropic's client talks with the scripted provider."""

from __future__ import annotations

import anthropic
import pytest
from anthropic.types import MessageParam, ToolResultBlockParam, ToolUseBlock

from tests.provider import Conversation, Script, Turn, Usage, running
from tests.provider.provider_clients import ANTHROPIC_TOOLS, SCRIPT, anthropic_client, ask_anthropic, opening


async def test_the_number_of_assistant_messages_picks_the_turn() -> None:
    async with running(SCRIPT) as provider, anthropic_client(provider) as client:
        messages: list[MessageParam] = [{"role": "user", "content": [{"type": "text", "text": opening()}]}]
        first = await client.messages.create(
            model="claude", max_tokens=100, system="You write code.", messages=messages, tools=ANTHROPIC_TOOLS
        )
        assert (first.stop_reason, first.model) == ("tool_use", "claude")
        assert [block.type for block in first.content] == ["text", "tool_use", "tool_use"]
        calls = [block for block in first.content if isinstance(block, ToolUseBlock)]
        assert [(call.name, call.input) for call in calls] == [("list_files", {}), ("read_file", {"path": "a.py"})]

        messages.append(first.to_param())
        results: list[ToolResultBlockParam] = [
            {"type": "tool_result", "tool_use_id": call.id, "content": "a.py"} for call in calls
        ]
        messages.append({"role": "user", "content": results})
        second = await client.messages.create(model="claude", max_tokens=100, messages=messages, tools=ANTHROPIC_TOOLS)
        (block,) = second.content
        assert isinstance(block, ToolUseBlock)
        assert (block.name, block.input) == ("finish", {"summary": "x" * 100})
        assert provider.calls.counts == {("build#1", 1): 1, ("build#1", 2): 1}


async def test_a_stream_says_the_same() -> None:
    async with running(SCRIPT) as provider, anthropic_client(provider) as client:
        messages: list[MessageParam] = [{"role": "user", "content": opening()}]
        whole = await client.messages.create(model="claude", max_tokens=100, messages=messages, tools=ANTHROPIC_TOOLS)
        async with client.messages.stream(
            model="claude", max_tokens=100, messages=messages, tools=ANTHROPIC_TOOLS
        ) as stream:
            streamed = await stream.get_final_message()
        assert streamed.model_dump(exclude_none=True) == whole.model_dump(exclude_none=True)


async def test_usage_can_be_given() -> None:
    turn = Turn(text="ok", usage=Usage(input=1000, output=20, cached=900))
    async with running(Script(conversations={"build": Conversation(turns=(turn,))})) as provider:
        used = (await ask_anthropic(provider)).usage
    assert (used.input_tokens, used.cache_read_input_tokens, used.output_tokens) == (100, 900, 20)


async def test_the_models_are_listed() -> None:
    async with running(SCRIPT) as provider, anthropic_client(provider) as client:
        assert [model.id async for model in client.models.list()] == ["gpt-5", "gpt-5-mini"]


async def test_another_key_is_refused() -> None:
    async with running(SCRIPT) as provider:
        with pytest.raises(anthropic.AuthenticationError, match="invalid x-api-key"):
            await ask_anthropic(provider, key="sk-ant-wrong")


async def test_what_anthropic_refuses_is_refused() -> None:
    user: MessageParam = {"role": "user", "content": opening()}
    call: MessageParam = {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "toolu_1", "name": "list_files", "input": {}}],
    }
    result: MessageParam = {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "a.py"}],
    }
    async with running(SCRIPT) as provider, anthropic_client(provider) as client:
        histories: list[tuple[str, list[MessageParam]]] = [
            ("without results: toolu_1", [user, call, user]),
            ("that were not called: toolu_1", [user, result]),
            ("the first message must be the user's", [call, result]),
        ]
        for message, messages in histories:
            with pytest.raises(anthropic.BadRequestError, match=message):
                await client.messages.create(model="claude", max_tokens=1, messages=messages, tools=ANTHROPIC_TOOLS)
        with pytest.raises(anthropic.BadRequestError, match="max_tokens"):
            await client.messages.create(model="claude", max_tokens=0, messages=[user], tools=ANTHROPIC_TOOLS)
        await client.messages.create(model="claude", max_tokens=1, messages=[user, call, result], tools=ANTHROPIC_TOOLS)
