"""How tools are offered to a model and how its calls are read: natively, or as JSON text for models without tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequestPart,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters

from crew.model.context import RESULT_OF
from crew.model.incoming import storable_json
from crew.model.tool import Tool, schema_of


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool as the model wrote it. `arguments` is None if they are not a JSON object."""

    id: str
    tool: str
    arguments: dict[str, Any] | None
    raw: str


class Dialect(Protocol):
    """One way to speak with a model. Its name is pinned with a conversation."""

    name: str

    def system(self, system: str, tools: Sequence[Tool]) -> str:
        """Return the system prompt."""

    def parameters(self, tools: Sequence[Tool]) -> ModelRequestParameters:
        """Return what a request says of the tools."""

    def calls(self, response: ModelResponse) -> list[Call]:
        """Return the calls of a response, in order."""

    def result(self, call: Call, text: str) -> Sequence[ModelRequestPart]:
        """Return the parts of the next message that carry a call's result."""

    def shown(self, messages: Sequence[ModelMessage]) -> Sequence[ModelMessage]:
        """Return a conversation in this dialect, parts of which may be in the other one."""


class NativeTools:
    """The provider's own tool calls."""

    name = "native"

    def system(self, system: str, tools: Sequence[Tool]) -> str:
        return system

    def parameters(self, tools: Sequence[Tool]) -> ModelRequestParameters:
        return ModelRequestParameters(function_tools=[tool.definition for tool in tools], allow_text_output=True)

    def calls(self, response: ModelResponse) -> list[Call]:
        return [_call(part) for part in response.parts if isinstance(part, ToolCallPart)]

    def result(self, call: Call, text: str) -> Sequence[ModelRequestPart]:
        return [ToolReturnPart(tool_name=call.tool, content=text, tool_call_id=call.id)]

    def shown(self, messages: Sequence[ModelMessage]) -> Sequence[ModelMessage]:
        return messages  # calls that were written as text are text here, too


_MAX_BRACES = 20
"""How many braces may begin the object: a model that repeats itself can write a million, each of which is parsed."""

_JSON_RULES = """

# How to answer
Answer with one JSON object and nothing else: {"tool": "<name>", "arguments": {...}}. You then receive the result, and
answer with the next one. The tools:
"""


class JsonText:
    """One JSON object `{"tool": ..., "arguments": {...}}` a turn, as text."""

    name = "json"
    CALL_ID = "json"

    def system(self, system: str, tools: Sequence[Tool]) -> str:
        described = (
            f"- {tool.name}: {tool.description}\n  arguments: {json.dumps(schema_of(tool.arguments))}\n"
            for tool in tools
        )
        return system + _JSON_RULES + "".join(described)

    def parameters(self, tools: Sequence[Tool]) -> ModelRequestParameters:
        return ModelRequestParameters(allow_text_output=True)

    def calls(self, response: ModelResponse) -> list[Call]:
        text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
        found = _first_object(text)
        if found is None or not isinstance(found.get("tool"), str):
            return []
        arguments = found.get("arguments", {})
        return [Call(self.CALL_ID, found["tool"], arguments if isinstance(arguments, dict) else None, text)]

    def result(self, call: Call, text: str) -> Sequence[ModelRequestPart]:
        return [_result_as_text(call.tool, text)]

    def shown(self, messages: Sequence[ModelMessage]) -> Sequence[ModelMessage]:
        return [_as_text(message) for message in messages]


def _result_as_text(tool: str, text: str) -> UserPromptPart:
    return UserPromptPart(f"{RESULT_OF}{tool}:\n{text}")


def _as_text(message: ModelMessage) -> ModelMessage:
    """Return a message whose native calls and results are texts."""
    if isinstance(message, ModelResponse):
        calls = [_call(part) for part in message.parts if isinstance(part, ToolCallPart)]
        if not calls:
            return message
        texts = [TextPart(json.dumps({"tool": call.tool, "arguments": call.arguments})) for call in calls]
        return replace(message, parts=[*(p for p in message.parts if not isinstance(p, ToolCallPart)), *texts])
    return replace(
        message,
        parts=[
            _result_as_text(part.tool_name, str(part.content)) if isinstance(part, ToolReturnPart) else part
            for part in message.parts
        ],
    )


def _call(part: ToolCallPart) -> Call:
    arguments: Any = part.args
    return Call(part.tool_call_id, part.tool_name, _object(arguments), _text(arguments))


def _text(arguments: str | dict[str, Any] | None) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments or {})


def _object(arguments: str | dict[str, Any] | None) -> dict[str, Any] | None:
    if isinstance(arguments, dict):
        return arguments
    try:
        found = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return None
    return storable_json(found) if isinstance(found, dict) else None


def _first_object(text: str) -> dict[str, Any] | None:
    """Return the first JSON object in a text: small models put words or a code fence around it."""
    decoder, start = json.JSONDecoder(), -1
    for _ in range(_MAX_BRACES):
        if (start := text.find("{", start + 1)) < 0:
            return None
        with suppress(ValueError, RecursionError):
            found, _ = decoder.raw_decode(text, start)
            return storable_json(found) if isinstance(found, dict) else None
    return None
