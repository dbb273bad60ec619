"""The conversation of a task with a model, on the wire."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Self
from uuid import UUID

import orjson
from pydantic import Field
from sqlalchemy import Row

from api.shapes.shape import Shape
from models.contracts.contract import Moment
from models.tables import TranscriptEntry
from store.transcripts import CALLS

MAX_TURN = 2**31 - 1
MAX_PAGE_BYTES = 2 * 1024 * 1024
"""Bytes of the entries in a response with `limit`, unless the first of its turns alone is larger."""

_FIGURES = {
    *("asked_for", "model", "discarded"),
    *("input_tokens", "output_tokens", "cached_tokens", "cost_usd", "seconds"),
}

MAX_DEPTH = 100
"""How deep the arguments of a call may be nested to be shown as an object. pydantic writes at most 255 levels."""

Outline = Sequence[Row[Any]]
"""The entries of a transcript without their bodies; see store.transcripts.outline."""


def positions_of(outline: Outline, after: int, limit: int | None) -> range:
    """Return the positions of the entries of up to `limit` turns after turn number `after`; None means all of them. The
    prompt comes before turn 1."""
    begins = [position for position, entry in enumerate(outline) if entry.kind in CALLS]
    turn_count, ends = len(begins), [*begins, len(outline)]
    first = ends[min(after, turn_count)] if after else 0
    if limit is None or after >= turn_count:
        return range(first, len(outline))
    sizes = list(accumulate((entry.size for entry in outline), initial=0))
    last = min(after + limit, turn_count)
    while last > after + 1 and sizes[ends[last]] - sizes[first] > MAX_PAGE_BYTES:
        last -= 1
    return range(first, ends[last])


def prompt_of(outline: Outline) -> range:
    """Return the position of the prompt that the conversation began with; empty if it asked no model."""
    found = (at for at, entry in enumerate(outline) if entry.kind == "prompt" and entry.discarded is None)
    return range(at, at + 1) if (at := next(found, None)) is not None else range(0)


class ToolCallPublic(Shape):
    """A call of a tool, and its result; null while it runs."""

    tool: str
    arguments: dict[str, Any] | str = Field(
        description="As the model wrote them; text if they are not a JSON object, or nested too deeply."
    )
    result: str | None = None
    ok: bool | None = Field(default=None, description="False if the call failed; the result then says why.")
    seconds: float | None = None


class TurnPublic(Shape):
    """One response of the model, with its calls and their results; or a call that returned nothing."""

    number: int
    at: Moment
    asked_for: str | None = Field(default=None, description="The model that was asked, as `provider:model`.")
    model: str | None = Field(description="The model that answered; null if none did.")
    text: str
    thinking: str
    calls: list[ToolCallPublic]
    remark: str | None = Field(
        default=None, description="BotArmy's reply to the model about a response that it had to correct."
    )
    discarded: str | None = Field(
        default=None,
        description="Why it is not part of the conversation, and only counts as what was paid; null if it is.",
    )
    asked_instead: str | None = Field(
        default=None, description="The model that was asked instead of this one, which failed, as `provider:model`."
    )
    finish_reason: str | None
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: float
    seconds: float


class PromptPublic(Shape):
    """The prompt. The system prompt is the product's; the task contains data from people and agents."""

    version: str
    system: str
    task: str
    tools: list[str]


class TranscriptPublic(Shape):
    """The conversation of a task, or some of its turns. The sums are of the whole conversation."""

    task_id: UUID
    prompt: PromptPublic | None = Field(description="Null for a task that asked no model, and with `after`.")
    turns: list[TurnPublic]
    turn_count: int
    discarded_count: int = Field(description="How many of all turns are discarded.")
    input_tokens: int
    output_tokens: int
    cost_usd: float
    model_seconds: float = Field(description="The time of the calls of the model.")
    tool_seconds: float = Field(description="The time of the tools.")

    @classmethod
    def of(cls, task_id: UUID, outline: Outline, entries: Sequence[TranscriptEntry], after: int = 0) -> Self:
        """Return the conversation that the entries of a task tell, in order. Of several prompts, the last one counts.

        Args:
            outline: all entries, without their bodies.
            after: the number of the turn before `entries`.
        """
        prompt: dict[str, Any] | None = None
        turns: list[dict[str, Any]] = []
        waiting: list[dict[str, Any]] = []
        for entry in entries:
            body = orjson.loads(entry.body)
            match entry.kind:
                case "prompt":
                    prompt = {**body, "tools": [tool["name"] for tool in body["tools"]]}
                case "response" | "failed_call":
                    response = body[0] if body else {"parts": []}
                    turns.append(_turn(after + len(turns) + 1, entry, response))
                    # A server may use an id twice in one response: the results come in the order of the calls.
                    waiting = list(turns[-1]["calls"])
                case "tool_result" if turns:
                    # Models without tools write their calls as text: such a call is known by its result.
                    call = next((each for each in waiting if each["id"] == entry.call_id), None)
                    if call is not None:
                        waiting.remove(call)
                    else:
                        turns[-1]["calls"].append(call := {"arguments": {}})
                    call.update(tool=body["tool"], result=body["text"], ok=body["ok"], seconds=entry.seconds)
                case "remark" if turns:
                    turns[-1]["remark"] = body["text"]
        return cls.model_validate(
            {
                "task_id": task_id,
                "prompt": prompt,
                "turns": turns,
                "turn_count": sum(entry.kind in CALLS for entry in outline),
                "discarded_count": sum(entry.kind in CALLS and entry.discarded is not None for entry in outline),
                "input_tokens": sum(entry.input_tokens for entry in outline),
                "output_tokens": sum(entry.output_tokens for entry in outline),
                "cost_usd": sum(entry.cost_usd for entry in outline),
                "model_seconds": sum(entry.seconds for entry in outline if entry.kind in CALLS),
                "tool_seconds": sum(entry.seconds for entry in outline if entry.kind == "tool_result"),
            }
        )


def _turn(number: int, entry: TranscriptEntry, response: dict[str, Any]) -> dict[str, Any]:
    """Return a turn, its calls without results."""
    calls = []
    texts: dict[str, list[str]] = {"text": [], "thinking": []}
    for part in response["parts"]:
        kind = part.get("part_kind")
        if kind == "tool-call":
            arguments = _arguments(part.get("args"))
            calls.append({"id": part["tool_call_id"], "tool": part["tool_name"], "arguments": arguments})
        elif kind in texts:
            texts[kind].append(part.get("content") or "")
    return {
        **entry.model_dump(include=_FIGURES),
        "number": number,
        "at": entry.created_at,
        "text": "\n".join(texts["text"]),
        "thinking": "\n".join(texts["thinking"]),
        "calls": calls,
        "asked_instead": response.get("fallback"),
        "finish_reason": response.get("finish_reason"),
    }


def _arguments(arguments: Any) -> dict[str, Any] | str:
    """Return the arguments of a call as an object if they are one that JSON can hold, else as text."""
    if isinstance(arguments, dict):
        return arguments if _is_flat(arguments) else json.dumps(arguments)
    try:
        found = orjson.loads(arguments or "{}")
    except orjson.JSONDecodeError:
        return str(arguments)
    return found if isinstance(found, dict) and _is_flat(found) else str(arguments)


def _is_flat(value: Any, depth: int = MAX_DEPTH) -> bool:
    """Return whether a value of JSON is nested at most `depth` times."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(_is_flat(each, depth - 1) for each in inner)
