"""What fits into a model's context: counting, cutting long results, dropping old ones."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelRequestPart,
    ModelResponsePart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.tools import ToolDefinition

from crew.protocol import AgentError

BYTES_PER_TOKEN, FOREIGN_BYTES_PER_TOKEN = 3.0, 2.0
"""A cautious estimate of the JSON that is sent: English text has about 4 characters in a token, code about 3. Beyond
ASCII, a character has 2 to 4 bytes, and often a token or two. Tokenizers differ by model and need downloads."""

_FOREIGN = bytes(range(0x80, 0x100))

MAX_RESULT = 16_000
"""Characters of a tool's result; the rest is cut from its middle, since errors are at either end."""

RECENT = 6
"""The newest messages, whose tool results are never dropped."""

LONG_ARGUMENT = 500
"""Characters of a call's argument that are kept however old it is."""

_SUSPECT = re.compile(r"[^\n\t\r -~]")
"""A character that may be invisible. Most texts have few of them, and may be megabytes."""

_IGNORED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""The characters that Unicode calls Default_Ignorable_Code_Point and that are in no category of controls or formats:
joiners, fillers, variation selectors, in which bytes can hide."""

RESULT_OF = "Result of "
"""How the result of a tool begins for a model that does not receive it as a separate message."""

DROPPED_ARGUMENT = "[This was dropped to make room. Read the file if you need it.]"
DROPPED = "[This old result was dropped to make room. Call the tool again if you need it.]"


def truncate(text: str, most: int = MAX_RESULT) -> str:
    """Return a text without its middle if it is long, and say so there."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half:,} characters are left out ...]\n{text[-half:]}"


def visible(text: str) -> str:
    """Return a text without invisible characters, in which instructions can hide from the people who read it."""
    return _SUSPECT.sub(lambda found: "" if is_invisible(found[0]) else found[0], text)


def is_invisible(character: str) -> bool:
    """Return whether a character is a control, has no form of its own, or is one that fonts ignore."""
    return bool(_IGNORED.match(character)) or unicodedata.category(character) in ("Cf", "Cc", "Co", "Cs")


def count(messages: Sequence[ModelMessage]) -> int:
    """Return about how many tokens the messages have, rather more than fewer."""
    return sum(map(message_tokens, messages))


def message_tokens(message: ModelMessage) -> int:
    return _tokens(ModelMessagesTypeAdapter.dump_json([message]))


def _tokens(body: bytes) -> int:
    ascii = len(body.translate(None, _FOREIGN))
    return math.ceil(ascii / BYTES_PER_TOKEN + (len(body) - ascii) / FOREIGN_BYTES_PER_TOKEN)


def count_tools(tools: Sequence[ToolDefinition]) -> int:
    """Return about how many tokens the definitions of tools have, which are sent with each request."""
    sent = [{"name": tool.name, "description": tool.description, **tool.parameters_json_schema} for tool in tools]
    return _tokens(json.dumps(sent, ensure_ascii=False).encode(errors="replace")) if tools else 0


def fit(messages: Sequence[ModelMessage], tokens: int) -> list[ModelMessage]:
    """Return the messages; if they do not fit, without the oldest results of tools and the longest arguments of calls.

    Raises:
        AgentError: they do not fit without them either (not retryable).
    """
    fitting, needs = list(messages), [message_tokens(message) for message in messages]
    for index, message in enumerate(fitting[:-RECENT] if len(fitting) > RECENT else []):
        if sum(needs) <= tokens:
            return fitting
        if isinstance(message, ModelRequest):
            fitting[index] = replace(message, parts=[_dropped(part) for part in message.parts])
        else:
            fitting[index] = replace(message, parts=[_shortened(part) for part in message.parts])
        needs[index] = message_tokens(fitting[index])
    if (needed := sum(needs)) > tokens:
        raise AgentError(
            f"the conversation needs about {needed:,} tokens, and the model's context has {tokens:,} for it. Give the "
            "step less to read, or a larger model.",
            retryable=False,
        )
    return fitting


def _dropped(part: ModelRequestPart) -> ModelRequestPart:
    if isinstance(part, UserPromptPart) and isinstance(part.content, str) and part.content.startswith(RESULT_OF):
        return UserPromptPart(f"{part.content.partition(chr(10))[0]}\n{DROPPED}")
    if not isinstance(part, ToolReturnPart):
        return part
    return ToolReturnPart(tool_name=part.tool_name, content=DROPPED, tool_call_id=part.tool_call_id)


def _shortened(part: ModelResponsePart) -> ModelResponsePart:
    """Return a call without its long arguments, such as the content of a file that was written."""
    if isinstance(part, TextPart):  # of a model that calls tools in its text
        return TextPart(truncate(part.content, 2 * LONG_ARGUMENT))
    if not isinstance(part, ToolCallPart):
        return part
    arguments: Any = part.args
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            return part
    if not isinstance(arguments, dict):
        return part
    short = {
        key: DROPPED_ARGUMENT if isinstance(value, str) and len(value) > LONG_ARGUMENT else value
        for key, value in arguments.items()
    }
    return ToolCallPart(tool_name=part.tool_name, args=short, tool_call_id=part.tool_call_id)
