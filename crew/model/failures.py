"""What went wrong with a call of a model, in the words of the person who has to decide at the gate."""

from __future__ import annotations

import re
from datetime import timedelta
from json import JSONDecodeError

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

from crew.model.call_slots import MAX_BODY, OversizedResponseError
from crew.model.clients import PROVIDERS, Provider
from crew.model.redaction import REDACTED, redact_keys
from crew.protocol import AgentError
from models.contracts.contract import storable

DEFAULT_PAUSE = timedelta(seconds=10)
"""How long to wait for a provider that refuses a call because of its rate and does not say how long."""
MAX_PAUSE = timedelta(minutes=10)

_UNREADABLE = (AgentRunError, LookupError, TypeError, ValueError, AttributeError)
"""Errors of a response that does not have the form of the provider's API: the clients parse it leniently, and then
stumble over what is missing."""

_MAX_DETAIL = 300
_TRANSIENT = (ModelServerError, ModelUnavailableError, ModelConnectionError)


class TryAnotherModelError(AgentError):
    """A model failed in a way in which another one may not."""


def another_may_answer(error: Exception) -> bool:
    """Return whether a call failed because of the model, its server or its account, rather than of what was asked."""
    own = (ModelAuthenticationError, ModelQuotaExceededError, ModelNotFoundError)
    return isinstance(error, own) or is_transient(error) or (isinstance(error, ModelAPIError) and _is_redirect(error))


def is_transient(error: Exception) -> bool:
    """Return whether the same call may not meet this error again a few seconds later."""
    return (isinstance(error, _TRANSIENT) or _is_request_timeout(error)) and not _is_oversized(error)


_GATEWAY_TIMEOUTS = (502, 504, 524)
"""Statuses of a gateway whose upstream broke off or was too slow; 524 is Cloudflare's."""

_NOT_SENT = ("pool", "connect")
"""Phases of a request before it is sent."""


def failure_of(error: Exception, model: str, secrets: tuple[str, ...] = ()) -> AgentError:
    """Return a failure of a call as the agent's.

    Args:
        secrets: values that the message must not contain.
    """
    if _is_oversized(error):
        return AgentError(f"{model} returned more than {MAX_BODY:,} bytes; the rest was not read.")
    if isinstance(error, ModelRateLimitError):
        asked = timedelta(seconds=error.retry_after) if error.retry_after is not None else DEFAULT_PAUSE
        return AgentError(f"{model} is rate-limited.", counts=False, retry_after=min(asked, MAX_PAUSE))
    cause, retryable = _cause(error, model)
    detail = storable(_redacted(" ".join(str(_detail(error)).split()), secrets))[:_MAX_DETAIL]
    return AgentError(f"{cause} It says: {detail}" if detail else cause, retryable=retryable)


def is_free(error: Exception) -> bool:
    """Return whether a failed call costs nothing: the provider said what is wrong, or was never reached. It may bill a
    response that broke off or cannot be read."""
    if isinstance(error, ModelAPIError) and error.in_stream and not _is_redirect(error):
        return False
    if isinstance(error, ModelConnectionError):
        return error.phase in _NOT_SENT
    if is_gateway_timeout(error):
        return False
    return isinstance(error, ModelAPIError) and (type(error) is not ModelAPIError or _is_redirect(error))


def is_timeout(error: Exception) -> bool:
    """Return whether a model did not answer in the time that a call may take. The provider may bill it."""
    return isinstance(error, ModelTimeoutError) and not is_free(error)


def is_gateway_timeout(error: Exception) -> bool:
    """Return whether a gateway gave up a call that had reached the model. The prompt may be billed; a response is not
    written any more once its client is gone."""
    return isinstance(error, ModelHTTPError) and error.status_code in _GATEWAY_TIMEOUTS and not error.in_stream


def is_rejected(error: Exception) -> bool:
    """Return whether a provider rejected what is asked for, such as an option that it does not know."""
    is_too_long = isinstance(error, ModelContextWindowExceededError)
    is_rejection = isinstance(error, ModelRequestRejectedError) and _status_of(error) in (400, 422)
    return is_rejection and not is_too_long and is_free(error)


def is_unreadable(error: Exception) -> bool:
    """Return whether a response has come that does not have the form of the provider's API."""
    return not (isinstance(error, ModelHTTPError) or is_free(error) or is_transient(error) or _is_oversized(error))


def refusal(model: str) -> AgentError:
    """Return the failure of a model that refuses: it would do so again."""
    return AgentError(
        f"{model} refused to answer. Change the instructions or the brief, and try again.", retryable=False
    )


def _cause(error: Exception, model: str) -> tuple[str, bool]:
    """Return the cause and what to do, and whether the next attempt may succeed."""
    match error:
        case ModelAuthenticationError():
            return f"{model} rejected the key. Set {_key_of(model)}, restart the worker, and try again.", False
        case ModelQuotaExceededError():
            return f"The quota or credit for {model} is used up. Raise it at the provider, and try again.", False
        case ModelNotFoundError() if not _message(error) and (provider := _provider_of(model)) and provider.address:
            todo = f"Set {provider.address}, which usually ends {provider.ending}, restart the worker, and try again."
            return f"There is no API at the address of {model}. {todo}", False
        case ModelNotFoundError():
            return f"The provider has no model {model}. Choose another in BOTARMY_MODEL or the pipeline.", False
        case ModelContextWindowExceededError():
            return f"The conversation is too long for {model}. Give the step less to read, or a larger model.", False
        case ModelRequestRejectedError():
            return f"{model} rejected the request.", False
        case ModelTimeoutError():
            return f"{model} did not answer in time.", True
        case ModelHTTPError() if _is_request_timeout(error):
            return f"The server of {model} did not get the whole request in time.", True
        case ModelConnectionError() if error.phase in _NOT_SENT:
            return f"The server of {model} cannot be reached. Check its address and the network.", True
        case ModelConnectionError():
            return f"The connection to the server of {model} broke before its response was complete.", True
        case ModelServerError() | ModelUnavailableError():
            return f"{model}'s server failed.", True
        case ModelAPIError() if _is_redirect(error):
            todo = "Set the provider's address to the one that answers, restart the worker, and try again."
            return f"The address of {model} redirects to another one, which is not followed. {todo}", False
        case AgentRunError() if "expected" in str(error).lower() and "JSON" in str(error):  # by its Content-Type
            return f"What answers at the address of {model} is not an API.{_ask_for_address(model)}", True
        case AgentRunError() if isinstance(error.__cause__, JSONDecodeError) or "JSON" in str(error):
            return f"The response of {model} cannot be read: it is not JSON.", True
    if isinstance(error, _UNREADABLE):
        return f"The response of {model} cannot be read: it does not have the form of the provider's API.", True
    return f"The call to {model} failed: {type(error).__name__}.", True


def _is_oversized(error: BaseException | None) -> bool:
    """Return whether a call failed because its response is too large, whatever the clients made of that."""
    while error is not None and not isinstance(error, OversizedResponseError):
        error = error.__cause__ or error.__context__
    return error is not None


def _is_request_timeout(error: Exception) -> bool:
    """Return whether the server gave up waiting for the request (408), which pydantic_ai has no class for."""
    return _status_of(error) == 408


def _is_redirect(error: Exception) -> bool:
    status = getattr(error.__cause__, "status_code", None)
    return isinstance(status, int) and 300 <= status < 400


def _ask_for_address(model: str) -> str:
    provider = _provider_of(model)
    return f" Is {provider.address} right? It usually ends {provider.ending}." if provider and provider.address else ""


def _status_of(error: Exception) -> int | None:
    return error.status_code if isinstance(error, ModelHTTPError) else None


def _key_of(model: str) -> str:
    """Return the variable of the key, such as OPENAI_API_KEY."""
    provider = _provider_of(model)
    return provider.keys[0] if provider else "the provider's key"


def _provider_of(model: str) -> Provider | None:
    return PROVIDERS.get(model.partition(":")[0])


def _detail(error: Exception) -> object:
    """Return the provider's own words, without what pydantic_ai puts around them; "" if it said nothing."""
    if message := _message(error):
        return message
    if isinstance(error, ModelHTTPError):
        return f"HTTP {error.status_code}" + (f", {error.body}" if error.body else "")
    return "" if isinstance(error, _UNREADABLE) else error


def _message(error: Exception) -> object:
    """Return the message of a provider's error, or None if the response holds none, such as a web server's page."""
    if not isinstance(error, ModelAPIError) or not isinstance(error.body, dict):
        return None
    inner = error.body.get("error", error.body)
    return inner.get("message") if isinstance(inner, dict) else inner


def _redacted(text: str, secrets: tuple[str, ...]) -> str:
    """Remove the secrets, and what a provider prints of them: `Incorrect API key provided: sk-abc***xyz`."""
    return re.sub(r"\b(?:sk|key|pk)-[\w*.-]{4,}", REDACTED, redact_keys(text, secrets))
