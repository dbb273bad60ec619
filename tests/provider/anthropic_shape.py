"""Anthropic's messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.provider.faults import ErrorKind
from tests.provider.request import Message, RefusedError, Request, ShapeName, ToolCall
from tests.provider.shape import Error, Json, arguments_text, identifier, pieces, texts, usage
from tests.provider.turn import Turn

STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "refusal": "refusal",
}


ERRORS: dict[ErrorKind, Error] = {
    # Anthropic does not show the key; there are proxies that do.
    "unauthorized": Error(401, "authentication_error", "invalid x-api-key: {key}"),
    "forbidden": Error(403, "permission_error", "Your API key does not have permission to use the specified resource."),
    "quota": Error(
        400,
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
    ),
    "rate_limit": Error(429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    "server_error": Error(500, "api_error", "Internal server error"),
    "unavailable": Error(503, "api_error", "Service unavailable"),
    "overloaded": Error(529, "overloaded_error", "Overloaded"),
    "model_gone": Error(404, "not_found_error", "model: {model}"),
    "context_overflow": Error(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
    "bad_request": Error(400, "invalid_request_error", "messages: Input should be a valid list"),
}


class Anthropic:
    """POST /v1/messages."""

    name: ShapeName = "anthropic"
    errors = ERRORS

    def key(self, headers: Mapping[str, str]) -> str | None:
        return headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ") or None

    def request(self, body: Json) -> Request:
        try:
            if not body["max_tokens"] >= 1:
                raise RefusedError("max_tokens: must be at least 1")
            messages = tuple(_message(message) for message in body["messages"])
            tools = {tool["name"]: tool["input_schema"] for tool in body.get("tools") or ()}
            system = texts(body.get("system"))
            return Request(self.name, body["model"], system, messages, tools, body.get("stream") is True, body)
        except (AttributeError, KeyError, TypeError) as error:
            raise RefusedError(f"this is not a request for a message: {error!r}") from None

    def answer(self, request: Request, turn: Turn | None, model: str) -> Json:
        return {
            "id": identifier("msg_", request),
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": _blocks(request, turn) if turn else [],
            "stop_reason": _stop_reason(turn),
            "stop_sequence": None,
            "usage": _usage(request, turn),
        }

    def events(self, request: Request, turn: Turn | None, model: str) -> Iterator[bytes]:
        def event(type: str, **data: object) -> bytes:
            return f"event: {type}\ndata: {json.dumps({'type': type, **data})}\n\n".encode()

        message = self.answer(request, None, model) | {"stop_reason": None, "usage": _usage(request, turn)}
        yield event("message_start", message=message | {"usage": message["usage"] | {"output_tokens": 1}})
        for index, block in enumerate(_blocks(request, turn) if turn else ()):
            if block["type"] == "text":
                deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"], turn)]
                block["text"] = ""
            else:
                arguments = arguments_text(block["input"])
                deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces(arguments, turn)]
                block["input"] = {}
            yield event("content_block_start", index=index, content_block=block)
            for piece in deltas:
                yield event("content_block_delta", index=index, delta=piece)
            yield event("content_block_stop", index=index)
        if not turn or turn.reason:
            delta: Json = {"stop_reason": _stop_reason(turn), "stop_sequence": None}
            yield event("message_delta", delta=delta, usage={"output_tokens": message["usage"]["output_tokens"]})
        yield event("message_stop")

    def error(self, error: Error) -> Json:
        return {"type": "error", "error": {"type": error.type, "message": error.message}, "request_id": "req_scripted"}

    def models(self, names: tuple[str, ...]) -> Json:
        created = "2025-06-15T00:00:00Z"
        data = [{"type": "model", "id": name, "display_name": name, "created_at": created} for name in names]
        return {"data": data, "has_more": False, "first_id": names[0], "last_id": names[-1]}


def _message(message: Json) -> Message:
    content: Any = message["content"]
    blocks = content if isinstance(content, list) else []
    calls = (block for block in blocks if block["type"] == "tool_use")
    results = (block for block in blocks if block["type"] == "tool_result")
    return Message(
        message["role"],
        texts(content),
        tuple(ToolCall(call["id"], call["name"], call["input"]) for call in calls),
        {result["tool_use_id"]: texts(result.get("content")) for result in results},
    )


def _blocks(request: Request, turn: Turn) -> list[Json]:
    blocks: list[Json] = [{"type": "text", "text": turn.text}] if turn.text else []
    for index, call in enumerate(turn.calls):
        id = identifier("toolu_", request, index)
        blocks.append({"type": "tool_use", "id": id, "name": call.name, "input": call.arguments})
    return blocks


def _stop_reason(turn: Turn | None) -> str | None:
    if turn is None:
        return "end_turn"
    return STOP_REASONS[turn.reason] if turn.reason else None


def _usage(request: Request, turn: Turn | None) -> Json:
    used = usage(request, turn or Turn())
    return {
        "input_tokens": used.input - used.cached,
        "output_tokens": used.output,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": used.cached,
    }
