"""The conversation of a task with a model, on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

import orjson
from pydantic import Field

from api.shapes.shape import Shape
from models.contracts.contract import Moment
from models.tables import TranscriptEntry


class ToolCallPublic(Shape):
    """A call of a tool, and its result; null while it runs."""

    tool: str
    arguments: dict[str, Any] | str = Field(description="As the model wrote them; text, if they are not a JSON object.")
    result: str | None = None
    ok: bool | None = Field(default=None, description="False if the call failed; the result then says why.")
    seconds: float | None = None


class TurnPublic(Shape):
    """One response of the model, with its calls and their results."""

    number: int
    at: Moment
    model: str | None
    text: str
    thinking: str
    calls: list[ToolCallPublic]
    remark: str | None = Field(
        default=None, description="What we told the model about a response that it had to correct."
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
    """The whole conversation of a task. `prompt` is null for a task that asked no model."""

    task_id: UUID
    prompt: PromptPublic | None
    turns: list[TurnPublic]
    input_tokens: int
    output_tokens: int
    cost_usd: float

    @classmethod
    def of(cls, task_id: UUID, entries: Sequence[TranscriptEntry]) -> Self:
        """Return the conversation that the entries of a task tell, in order."""
        prompt: dict[str, Any] | None = None
        turns: list[dict[str, Any]] = []
        calls: dict[str, dict[str, Any]] = {}
        for entry in entries:
            body = orjson.loads(entry.body)
            match entry.kind:
                case "prompt":
                    prompt = {**body, "tools": [tool["name"] for tool in body["tools"]]}
                case "response":
                    turns.append(_turn(len(turns) + 1, entry, body[0]))
                    calls = {call["id"]: call for call in turns[-1]["calls"]}
                case "tool_result" if turns:
                    # Models without tools write their calls as text: such a call is known by its result.
                    call = calls.get(entry.call_id or "") or {"arguments": {}}
                    if not any(known is call for known in turns[-1]["calls"]):
                        turns[-1]["calls"].append(call)
                    call.update(tool=body["tool"], result=body["text"], ok=body["ok"], seconds=entry.seconds)
                case "remark" if turns:
                    turns[-1]["remark"] = body["text"]
        return cls.model_validate(
            {
                "task_id": task_id,
                "prompt": prompt,
                "turns": turns,
                "input_tokens": sum(turn["input_tokens"] for turn in turns),
                "output_tokens": sum(turn["output_tokens"] for turn in turns),
                "cost_usd": sum(turn["cost_usd"] for turn in turns),
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
    usage = entry.model_dump(include={"model", "input_tokens", "output_tokens", "cached_tokens", "cost_usd", "seconds"})
    return {
        **usage,
        "number": number,
        "at": entry.created_at,
        "text": "\n".join(texts["text"]),
        "thinking": "\n".join(texts["thinking"]),
        "calls": calls,
        "finish_reason": response.get("finish_reason"),
    }


def _arguments(arguments: Any) -> dict[str, Any] | str:
    if isinstance(arguments, dict):
        return arguments
    try:
        found = orjson.loads(arguments or "{}")
    except orjson.JSONDecodeError:
        return str(arguments)
    return found if isinstance(found, dict) else str(arguments)
