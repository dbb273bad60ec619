"""The spans of a step with a model, under the names of `telemetry.genai`. Content is left out by default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import orjson
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models.instrumented import InstrumentationSettings

from crew.model.redaction import redact_keys
from telemetry import genai
from telemetry.span import Attributes, Span
from telemetry.tracing import captures_content, is_tracing, span

if TYPE_CHECKING:
    from crew.model.clients import ModelClient


class ChatSpan:
    """One call of a model."""

    def __init__(self, traced: Span, client: ModelClient) -> None:
        self._span = traced
        self._client = client

    def answered(self, response: ModelResponse) -> None:
        """Note what the model returned."""
        if not is_tracing():
            return
        usage = response.usage
        self._span.set(
            {
                genai.RESPONSE_MODEL: response.model_name,
                genai.RESPONSE_ID: response.provider_response_id,
                genai.RESPONSE_FINISH_REASONS: [response.finish_reason] if response.finish_reason else None,
                genai.USAGE_INPUT_TOKENS: usage.input_tokens,
                genai.USAGE_OUTPUT_TOKENS: usage.output_tokens,
                genai.USAGE_CACHE_READ_INPUT_TOKENS: usage.cache_read_tokens or None,
            }
        )
        if captures_content():
            self._span.set({genai.OUTPUT_MESSAGES: _messages([response], self._client)})


@contextmanager
def chat_span(client: ModelClient, messages: Sequence[ModelMessage]) -> Iterator[ChatSpan]:
    """Trace one call of a model."""
    provider, _, model = client.name.partition(":")
    attributes: Attributes = {
        genai.OPERATION_NAME: genai.CHAT,
        genai.PROVIDER_NAME: genai.PROVIDERS.get(provider, provider),
        genai.REQUEST_MODEL: model,
        genai.REQUEST_MAX_TOKENS: client.max_output_tokens,
    }
    with span(f"{genai.CHAT} {model}", attributes, is_call=True) as traced:
        if captures_content():
            traced.set({genai.INPUT_MESSAGES: _messages(messages, client)})
        yield ChatSpan(traced, client)


class ToolSpan:
    """One call of a tool."""

    def __init__(self, traced: Span) -> None:
        self._span = traced

    def returned(self, text: str, *, ok: bool) -> None:
        """Note what the model reads of the result."""
        if not ok:
            self._span.fail("tool_error")
        if captures_content():
            self._span.set({genai.TOOL_CALL_RESULT: text})


@contextmanager
def tool_span(tool: str, call_id: str, raw_arguments: str) -> Iterator[ToolSpan]:
    """Trace one call of a tool."""
    attributes: Attributes = {
        genai.OPERATION_NAME: genai.EXECUTE_TOOL,
        genai.TOOL_NAME: tool,
        genai.TOOL_CALL_ID: call_id,
        genai.TOOL_TYPE: "function",
    }
    with span(f"{genai.EXECUTE_TOOL} {tool}", attributes) as traced:
        if captures_content():
            traced.set({genai.TOOL_CALL_ARGUMENTS: raw_arguments})
        yield ToolSpan(traced)


def _messages(messages: Sequence[ModelMessage], client: ModelClient) -> str:
    """Return messages in the conventions' JSON, without keys."""
    converted = InstrumentationSettings().messages_to_otel_messages(list(messages))
    return redact_keys(orjson.dumps(converted).decode(), client.secrets)
