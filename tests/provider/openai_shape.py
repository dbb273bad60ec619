"""OpenAI's chat completions, as OpenAI and many compatible servers speak them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from tests.provider.faults import ErrorKind
from tests.provider.request import Message, RefusedError, Request, ShapeName, ToolCall
from tests.provider.shape import CREATED, Error, Json, arguments_text, identifier, pieces, texts, usage
from tests.provider.turn import Turn

ERRORS: dict[ErrorKind, Error] = {
    # OpenAI shows only some characters of the key; there are proxies that show it whole.
    "unauthorized": Error(401, "invalid_request_error", "Incorrect API key provided: {key}.", "invalid_api_key"),
    "forbidden": Error(
        403, "request_forbidden", "Country, region, or territory not supported", "unsupported_country_region_territory"
    ),
    "quota": Error(
        429,
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
    ),
    "rate_limit": Error(429, "requests", "Rate limit reached for {model} on requests per min.", "rate_limit_exceeded"),
    "server_error": Error(500, "server_error", "The server had an error while processing your request."),
    "unavailable": Error(503, "service_unavailable_error", "The service is temporarily unavailable."),
    "overloaded": Error(529, "server_error", "The engine is currently overloaded, please try again later."),
    "model_gone": Error(
        404,
        "invalid_request_error",
        "The model `{model}` does not exist or you do not have access to it.",
        "model_not_found",
    ),
    "context_overflow": Error(
        400,
        "invalid_request_error",
        "This model's maximum context length is 128000 tokens. Please reduce the length of the messages.",
        "context_length_exceeded",
    ),
    "bad_request": Error(400, "invalid_request_error", "Invalid value.", "invalid_value"),
}


class OpenAI:
    """POST /v1/chat/completions."""

    name: ShapeName = "openai"
    errors = ERRORS

    def key(self, headers: Mapping[str, str]) -> str | None:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        return key if scheme.lower() == "bearer" else None

    def request(self, body: Json) -> Request:
        try:
            system = "\n\n".join(
                texts(message["content"]) for message in body["messages"] if message["role"] in ("system", "developer")
            )
            messages = tuple(_messages(body["messages"]))
            offered = [tool["function"] for tool in body.get("tools") or ()]
            tools = {tool["name"]: tool.get("parameters", {}) for tool in offered}
            return Request(self.name, body["model"], system, messages, tools, body.get("stream") is True, body)
        except (AttributeError, KeyError, TypeError) as error:
            raise RefusedError(f"this is not a request for a chat completion: {error!r}") from None

    def answer(self, request: Request, turn: Turn | None, model: str) -> Json:
        message: Json = {"role": "assistant", "content": None, "refusal": None}
        choice: Json = {"index": 0, "message": message, "logprobs": None}
        if turn:
            message["refusal" if turn.reason == "refusal" else "content"] = turn.text
            if turn.calls:
                message["tool_calls"] = _calls(request, turn)
            if turn.reason:
                choice["finish_reason"] = _finish_reason(turn)
        return {
            "id": identifier("chatcmpl-", request),
            "object": "chat.completion",
            "created": CREATED,
            "model": model,
            "choices": [choice] if turn else [],
            "usage": _usage(request, turn),
            "system_fingerprint": "scripted",
        }

    def events(self, request: Request, turn: Turn | None, model: str) -> Iterator[bytes]:
        def event(delta: Json | None, finish_reason: str | None = None, **more: object) -> bytes:
            choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish_reason}]
            chunk = {
                "id": identifier("chatcmpl-", request),
                "object": "chat.completion.chunk",
                "created": CREATED,
                "model": model,
                "choices": choices,
                **more,
            }
            return b"data: " + json.dumps(chunk).encode() + b"\n\n"

        if turn:
            yield event({"role": "assistant", "content": ""})
            for piece in pieces(turn.text or "", turn):
                yield event({"refusal" if turn.reason == "refusal" else "content": piece})
            for index, call in enumerate(_calls(request, turn)):
                arguments = call["function"].pop("arguments")
                call["function"]["arguments"] = ""
                yield event({"tool_calls": [{"index": index, **call}]})
                for piece in pieces(arguments, turn):
                    yield event({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
            if turn.reason:
                yield event({}, _finish_reason(turn))
        if not turn or (request.body.get("stream_options") or {}).get("include_usage"):
            yield event(None, usage=_usage(request, turn))
        yield b"data: [DONE]\n\n"

    def error(self, error: Error) -> Json:
        return {"error": {"message": error.message, "type": error.type, "param": None, "code": error.code}}

    def models(self, names: tuple[str, ...]) -> Json:
        data = [{"id": name, "object": "model", "created": CREATED, "owned_by": "a script"} for name in names]
        return {"object": "list", "data": data}


def _messages(messages: list[Json]) -> Iterator[Message]:
    for message in messages:
        match message["role"]:
            case "user":
                yield Message("user", texts(message["content"]))
            case "assistant":
                called = [(call["id"], call["function"]) for call in message.get("tool_calls") or ()]
                calls = tuple(ToolCall(id, function["name"], function["arguments"]) for id, function in called)
                yield Message("assistant", texts(message.get("content")), calls)
            case "tool":
                yield Message("user", results={message["tool_call_id"]: texts(message["content"])})


def _calls(request: Request, turn: Turn) -> list[Json]:
    return [
        {
            "id": identifier("call_", request, index),
            "type": "function",
            "function": {"name": call.name, "arguments": arguments_text(call.arguments)},
        }
        for index, call in enumerate(turn.calls)
    ]


def _finish_reason(turn: Turn) -> str | None:
    return "stop" if turn.reason == "refusal" else turn.reason


def _usage(request: Request, turn: Turn | None) -> Json:
    used = usage(request, turn or Turn())
    return {
        "prompt_tokens": used.input,
        "completion_tokens": used.output,
        "total_tokens": used.input + used.output,
        "prompt_tokens_details": {"cached_tokens": used.cached},
    }
