"""OpenAI's client talks with the scripted provider."""

from __future__ import annotations

import json

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from tests.provider import Call, Conversation, Script, Turn, Usage, running
from tests.provider.provider_clients import OPENAI_TOOLS, SCRIPT, ask_openai, openai_client, opening


async def test_the_number_of_assistant_messages_picks_the_turn() -> None:
    async with running(SCRIPT) as provider, openai_client(provider) as client:
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": "You write code."},
            {"role": "user", "content": opening()},
        ]
        first = await client.chat.completions.create(model="gpt-5", messages=messages, tools=OPENAI_TOOLS)
        message, calls = first.choices[0].message, first.choices[0].message.tool_calls or []
        assert (message.content, first.choices[0].finish_reason, first.model) == (
            "I look first.",
            "tool_calls",
            "gpt-5",
        )
        assert [call.function.name for call in calls if call.type == "function"] == ["list_files", "read_file"]
        assert first.usage
        assert first.usage.total_tokens == first.usage.prompt_tokens + first.usage.completion_tokens > 0

        messages.append(message.model_dump(exclude_none=True))  # type: ignore[arg-type]
        messages += [{"role": "tool", "tool_call_id": call.id, "content": "a.py"} for call in calls]
        second = await client.chat.completions.create(model="gpt-5", messages=messages, tools=OPENAI_TOOLS)
        (call,) = second.choices[0].message.tool_calls or []
        assert call.type == "function"
        assert (call.function.name, json.loads(call.function.arguments)) == ("finish", {"summary": "x" * 100})
        assert len({call.id, *(call.id for call in calls)}) == 3

        assert provider.calls.counts == {("build#1", 1): 1, ("build#1", 2): 1}


async def test_the_last_turn_repeats() -> None:
    script = Script(
        conversations={
            "build": Conversation(
                turns=(
                    Turn(text="one"),
                    Turn(text="two"),
                )
            )
        }
    )
    async with running(script) as provider, openai_client(provider) as client:
        messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": opening()}]
        for expected in ("one", "two", "two", "two"):
            completion = await client.chat.completions.create(model="m", messages=messages)
            assert completion.choices[0].message.content == expected
            messages += [{"role": "assistant", "content": expected}, {"role": "user", "content": "Continue."}]


async def test_a_stream_says_the_same() -> None:
    async with running(SCRIPT) as provider, openai_client(provider) as client:
        messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": opening()}]
        whole = await client.chat.completions.create(model="gpt-5", messages=messages, tools=OPENAI_TOOLS)
        async with client.chat.completions.stream(
            model="gpt-5", messages=messages, tools=OPENAI_TOOLS, stream_options={"include_usage": True}
        ) as stream:
            streamed = await stream.get_final_completion()
        assert streamed.choices[0].message.content == whole.choices[0].message.content
        for one, other in zip(
            streamed.choices[0].message.tool_calls or [], whole.choices[0].message.tool_calls or [], strict=True
        ):
            assert other.type == "function"
            assert (one.id, one.function.name, one.function.arguments) == (
                other.id,
                other.function.name,
                other.function.arguments,
            )
        assert (streamed.choices[0].finish_reason, streamed.usage) == (whole.choices[0].finish_reason, whole.usage)


async def test_usage_can_be_given() -> None:
    turn = Turn(text="ok", usage=Usage(input=1000, output=20, cached=900))
    async with running(
        Script(conversations={"build": Conversation(turns=(turn,))}, answers_as="gpt-5-2025-08-07")
    ) as provider:
        completion = await ask_openai(provider)
    used = completion.usage
    assert used
    assert used.prompt_tokens_details
    assert (used.prompt_tokens, used.completion_tokens, used.prompt_tokens_details.cached_tokens) == (1000, 20, 900)
    assert completion.model == "gpt-5-2025-08-07"


async def test_the_models_are_listed() -> None:
    async with running(SCRIPT) as provider, openai_client(provider) as client:
        assert [model.id async for model in client.models.list()] == ["gpt-5", "gpt-5-mini"]


async def test_another_key_is_refused() -> None:
    async with running(SCRIPT) as provider:
        with pytest.raises(openai.AuthenticationError, match="Incorrect API key provided: sk-wrong"):
            await ask_openai(provider, key="sk-wrong")
        async with openai_client(provider, "sk-wrong") as client:
            with pytest.raises(openai.AuthenticationError):
                await client.models.list()
        assert [(call.status, call.headers["authorization"]) for call in provider.calls] == [(401, "Bearer sk-wrong")]


async def test_what_openai_refuses_is_refused() -> None:
    call: ChatCompletionMessageParam = {
        "role": "assistant",
        "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "list_files", "arguments": "{}"}}],
    }
    result: ChatCompletionMessageParam = {"role": "tool", "tool_call_id": "call_1", "content": "a.py"}
    user: ChatCompletionMessageParam = {"role": "user", "content": opening()}
    async with running(SCRIPT) as provider, openai_client(provider) as client:
        histories: list[tuple[str, list[ChatCompletionMessageParam]]] = [
            ("without results: call_1", [user, call]),
            ("without results: call_1", [user, call, user]),
            ("that were not called: call_1", [user, result]),
            ("that were not called: call_1", [user, call, result, result]),
            ("the first message must be the user's", []),
        ]
        for message, messages in histories:
            with pytest.raises(openai.BadRequestError, match=message):
                await client.chat.completions.create(model="gpt-5", messages=messages, tools=OPENAI_TOOLS)
        await client.chat.completions.create(model="gpt-5", messages=[user, call, result], tools=OPENAI_TOOLS)


async def test_a_turn_can_be_a_function_of_the_request() -> None:
    async with running(
        Script(
            conversations={"build": Conversation(turns=(lambda request: Turn(calls=(Call(name=max(request.tools)),)),))}
        )
    ) as provider:
        (call,) = (await ask_openai(provider)).choices[0].message.tool_calls or []
    assert call.type == "function"
    assert call.function.name == "write_file"
