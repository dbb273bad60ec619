"""Conversations with the scripted provider through the real clients of OpenAI and Anthropic."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anthropic
import openai
from anthropic.types import Message, MessageParam, ToolParam
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam, ChatCompletionToolParam

from tests.provider import KEY, Provider, Script

NAMES = ("list_files", "read_file", "write_file", "run_tests", "finish", "submit")

OPENAI_TOOLS: list[ChatCompletionToolParam] = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in NAMES
]
ANTHROPIC_TOOLS: list[ToolParam] = [{"name": name, "input_schema": {"type": "object"}} for name in NAMES]


SCRIPT = Script.model_validate(
    {
        "conversations": {
            "build": [
                {
                    "text": "I look first.",
                    "calls": [{"name": "list_files"}, {"name": "read_file", "arguments": {"path": "a.py"}}],
                },
                {"calls": [{"name": "finish", "arguments": {"summary": "x" * 100}}]},
            ]
        },
        "models": ["gpt-5", "gpt-5-mini"],
    }
)


def opening(stage: str = "build", round: int = 1, inputs: str = "Write it.") -> str:
    """The first user message, as the crew writes it."""
    return f"Role: coder\nStage: {stage}\nRound: {round}\n\n## Instructions\n{inputs}\n"


@asynccontextmanager
async def openai_client(provider: Provider, key: str = KEY) -> AsyncIterator[openai.AsyncOpenAI]:
    """A client that does not try again."""
    http = openai.DefaultAsyncHttpxClient(verify=False)  # reading the certificates takes longer than the test
    async with openai.AsyncOpenAI(
        base_url=provider.openai_url, api_key=key, max_retries=0, timeout=30, http_client=http
    ) as client:
        yield client


@asynccontextmanager
async def anthropic_client(provider: Provider, key: str = KEY) -> AsyncIterator[anthropic.AsyncAnthropic]:
    """A client that does not try again."""
    http = anthropic.DefaultAsyncHttpxClient(verify=False)  # reading the certificates takes longer than the test
    async with anthropic.AsyncAnthropic(
        base_url=provider.url, api_key=key, max_retries=0, timeout=30, http_client=http
    ) as client:
        yield client


async def ask_openai(provider: Provider, text: str | None = None, *, key: str = KEY) -> ChatCompletion:
    """One request with tools."""
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": text or opening()}]
    async with openai_client(provider, key) as client:
        return await client.chat.completions.create(model="gpt-5", messages=messages, tools=OPENAI_TOOLS)


async def ask_anthropic(provider: Provider, text: str | None = None, *, key: str = KEY) -> Message:
    """One request with tools."""
    messages: list[MessageParam] = [{"role": "user", "content": text or opening()}]
    async with anthropic_client(provider, key) as client:
        return await client.messages.create(model="claude", max_tokens=1000, messages=messages, tools=ANTHROPIC_TOOLS)


async def converse(
    provider: Provider, text: str, tool: Callable[[str, dict[str, Any]], str], *, turns: int = 20
) -> list[tuple[str, dict[str, Any]]]:
    """Take turns until `finish` or `submit` is called, or a number of times; return the calls in their order."""
    called: list[tuple[str, dict[str, Any]]] = []
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": text}]
    async with openai_client(provider) as client:
        for _ in range(turns):
            completion = await client.chat.completions.create(model="gpt-5", messages=messages, tools=OPENAI_TOOLS)
            message = completion.choices[0].message
            messages.append(message.model_dump(exclude_none=True))  # type: ignore[arg-type]
            for call in message.tool_calls or ():
                assert call.type == "function"
                name, arguments = call.function.name, json.loads(call.function.arguments)
                called.append((name, arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": tool(name, arguments)})
            if called and called[-1][0] in ("finish", "submit"):
                break
    return called
