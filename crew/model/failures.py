"""What went wrong with a call of a model, in the words of the person who has to decide at the gate."""

from __future__ import annotations

import re
from datetime import timedelta

from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
)

from crew.model.redaction import REDACTED, redacted
from crew.protocol import AgentError

DEFAULT_PAUSE = timedelta(seconds=10)
"""How long to wait for a provider that refuses a call because of its rate and does not say how long."""
MAX_PAUSE = timedelta(minutes=10)

TRANSIENT = (ModelServerError, ModelUnavailableError, ModelConnectionError)
"""Errors that the same call may not meet again a few seconds later."""

_MAX_DETAIL = 300


def failure_of(error: Exception, model: str, secrets: tuple[str, ...] = ()) -> AgentError:
    """Return a failure of a call as the agent's.

    Args:
        secrets: values that the message must not contain.
    """
    if isinstance(error, ModelRateLimitError):
        asked = timedelta(seconds=error.retry_after) if error.retry_after is not None else DEFAULT_PAUSE
        return AgentError(f"{model} is rate-limited.", counts=False, retry_after=min(asked, MAX_PAUSE))
    cause, retryable = _cause(error, model)
    detail = _redacted(" ".join(str(_detail(error)).split()), secrets)[:_MAX_DETAIL]
    return AgentError(f"{cause} It says: {detail}" if detail else cause, retryable=retryable)


def refusal(model: str) -> AgentError:
    """Return the failure of a model that refuses: it would do so again."""
    return AgentError(
        f"{model} refused to answer. Change the instructions or the brief, and try again.", retryable=False
    )


def _cause(error: Exception, model: str) -> tuple[str, bool]:
    """Return the cause and what to do, and whether the next attempt may succeed."""
    match error:
        case ModelAuthenticationError():
            todo = "Set the provider's key (such as OPENAI_API_KEY), restart the worker, and try again."
            return f"{model} rejected the key. {todo}", False
        case ModelQuotaExceededError():
            return f"The quota or credit for {model} is used up. Raise it at the provider, and try again.", False
        case ModelNotFoundError():
            return f"The provider has no model {model}. Choose another in BOTARMY_MODEL or the pipeline.", False
        case ModelContextWindowExceededError():
            return f"The conversation is too long for {model}. Give the step less to read, or a larger model.", False
        case ModelRequestRejectedError():
            return f"{model} rejected the request.", False
        case ModelTimeoutError():
            return f"{model} did not answer in time.", True
        case ModelConnectionError():
            return f"The server of {model} cannot be reached.", True
        case ModelServerError() | ModelUnavailableError():
            return f"{model}'s server failed.", True
        case AgentRunError():
            return f"The response of {model} cannot be read.", True
    return f"The call to {model} failed: {type(error).__name__}.", True


def _detail(error: Exception) -> object:
    """Return the provider's own words, without what pydantic_ai puts around them."""
    if isinstance(error, ModelAPIError) and isinstance(error.body, dict):
        inner = error.body.get("error", error.body)
        message = inner.get("message") if isinstance(inner, dict) else inner
        if message:
            return message
    if isinstance(error, ModelHTTPError):
        return f"HTTP {error.status_code}" + (f", {error.body}" if error.body else "")
    return error


def _redacted(text: str, secrets: tuple[str, ...]) -> str:
    """Remove the secrets, and what a provider prints of them: `Incorrect API key provided: sk-abc***xyz`."""
    return re.sub(r"\b(?:sk|key|pk)-[\w*.-]{4,}", REDACTED, redacted(text, secrets))
