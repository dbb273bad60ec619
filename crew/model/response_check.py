"""Whether a model's response can be used at all."""

from __future__ import annotations

from pydantic_ai.messages import ModelResponse

from crew.model.failures import refusal
from crew.model.incoming import is_plausible
from crew.protocol import AgentError

MAX_RESPONSE = 1024 * 1024
"""Bytes of a response, as JSON."""


def problem_of(response: ModelResponse, body: bytes, model: str) -> AgentError | None:
    """Return why a response cannot be used at all, or None."""
    if response.finish_reason == "content_filter":
        return refusal(model)
    if not _says_why_it_ended(response):
        return AgentError(f"{model} did not say why its response ended; it was probably cut off.")
    if len(body) > MAX_RESPONSE:
        return AgentError(f"{model} returned {len(body):,} bytes; at most {MAX_RESPONSE:,} are read.")
    return None


def is_complete(response: ModelResponse) -> bool:
    """Return whether a response says why it ended and what it used. Some servers leave that out of a stream."""
    return _says_why_it_ended(response) and is_plausible(response.usage)


def _says_why_it_ended(response: ModelResponse) -> bool:
    if response.finish_reason == "content_filter":
        return True
    # pydantic_ai replaces a missing reason by "stop" for OpenAI's API, where only the details show what was said.
    shows_reason = response.provider_url is not None and response.provider_name != "anthropic"
    reason = (response.provider_details or {}).get("finish_reason") if shows_reason else response.finish_reason
    return reason is not None
