"""OpenAI's Responses API, whole answers only."""

from __future__ import annotations

from collections.abc import Iterator

from tests.provider.openai_shape import OpenAI
from tests.provider.request import Message, RefusedError, Request, ShapeName, ToolCall
from tests.provider.shape import CREATED, Json, arguments_text, identifier, usage
from tests.provider.turn import Turn

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


class Responses(OpenAI):
    """POST /v1/responses."""

    name: ShapeName = "openai-responses"

    def request(self, body: Json) -> Request:
        if body.get("stream"):
            raise RefusedError("stream: the scripted provider does not stream responses")
        try:
            tools = {tool["name"]: tool["parameters"] for tool in body.get("tools") or ()}
            messages = tuple(_messages(body["input"]))
            return Request(self.name, body["model"], body.get("instructions") or "", messages, tools, False, body)
        except (AttributeError, KeyError, TypeError) as error:
            raise RefusedError(f"this is not a request for a response: {error!r}") from None

    def answer(self, request: Request, turn: Turn | None, model: str) -> Json:
        reason = turn.reason if turn else None
        answer: Json = {
            "id": identifier("resp_", request),
            "object": "response",
            "created_at": CREATED,
            "model": model,
            "error": None,
            "incomplete_details": None,
            "instructions": request.system,
            "metadata": {},
            "output": list(_output(request, turn)) if turn else [],
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": request.body.get("tools", []),
            "top_p": 1.0,
            "usage": _usage(request, turn),
        }
        if reason in _INCOMPLETE:
            answer |= {"status": "incomplete", "incomplete_details": {"reason": _INCOMPLETE[reason]}}
        elif reason:
            answer["status"] = "completed"
        return answer

    def events(self, request: Request, turn: Turn | None, model: str) -> Iterator[bytes]:
        raise NotImplementedError  # `request` refuses streams


def _messages(items: list[Json] | str) -> Iterator[Message]:
    """Yield the messages. Items of the assistant that follow each other are one of its turns."""
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    said: list[str] = []
    calls: list[ToolCall] = []
    results: dict[str, str] = {}
    for item in items:
        kind, role = item.get("type", "message"), item.get("role")
        is_assistants = kind in ("function_call", "reasoning") or role == "assistant"
        if (said or calls) and not is_assistants:
            yield Message("assistant", "\n".join(said), tuple(calls))
            said, calls = [], []
        if results and kind != "function_call_output":
            yield Message("user", results=results)
            results = {}
        if kind == "function_call":
            calls.append(ToolCall(item["call_id"], item["name"], item["arguments"]))
        elif kind == "function_call_output":
            results[item["call_id"]] = item["output"]
        elif role == "assistant":
            said.append(_text(item["content"]))
        elif role == "user":
            yield Message("user", _text(item["content"]))
    if said or calls:
        yield Message("assistant", "\n".join(said), tuple(calls))
    if results:
        yield Message("user", results=results)


def _text(content: str | list[Json]) -> str:
    return content if isinstance(content, str) else "\n".join(part["text"] for part in content if "text" in part)


def _output(request: Request, turn: Turn) -> Iterator[Json]:
    if turn.text is not None:
        part = (
            {"type": "refusal", "refusal": turn.text}
            if turn.reason == "refusal"
            else {"type": "output_text", "text": turn.text, "annotations": []}
        )
        yield {
            "type": "message",
            "id": identifier("msg_", request),
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }
    for index, call in enumerate(turn.calls):
        yield {
            "type": "function_call",
            "id": identifier("fc_", request, index),
            "call_id": identifier("call_", request, index),
            "name": call.name,
            "arguments": arguments_text(call.arguments),
            "status": "completed",
        }


def _usage(request: Request, turn: Turn | None) -> Json:
    used = usage(request, turn or Turn())
    return {
        "input_tokens": used.input,
        "input_tokens_details": {"cached_tokens": used.cached},
        "output_tokens": used.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": used.input + used.output,
    }
