"""Count the calls of models: how they ended, what they used and cost."""

from __future__ import annotations

import time
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from pydantic_ai.messages import ModelResponse

from crew.model.clients import PROVIDERS
from crew.transcript import Entry
from telemetry.metrics import MODEL_CALL_SECONDS, MODEL_COST, MODEL_TOKENS, CallOutcome, TokenKind


@dataclass(slots=True)
class MeasuredCall:
    """One call of a model, as it is counted."""

    outcome: CallOutcome = CallOutcome.SUCCESS

    def answered(self, response: ModelResponse, *, usable: bool) -> None:
        """Note how the response can be used."""
        if not usable:
            refused = response.finish_reason == "content_filter"
            self.outcome = CallOutcome.REFUSED if refused else CallOutcome.UNUSABLE


@contextmanager
def measured_call(model: str) -> Iterator[MeasuredCall]:
    """Count one call of a model `provider:name`, with its duration."""
    measured, started = MeasuredCall(), time.monotonic()
    try:
        yield measured
    except BaseException as error:
        measured.outcome = _outcome_of(error)
        raise
    finally:
        MODEL_CALL_SECONDS.labels(_provider_of(model), measured.outcome).observe(time.monotonic() - started)


def count_entry(entry: Entry) -> None:
    """Count the tokens and the cost of a stored entry of a transcript: a call is booked there, whatever it returned."""
    if entry.asked_for is None:
        return
    provider = _provider_of(entry.asked_for)
    MODEL_TOKENS.labels(provider, TokenKind.INPUT).inc(entry.input_tokens)
    MODEL_TOKENS.labels(provider, TokenKind.OUTPUT).inc(entry.output_tokens)
    MODEL_TOKENS.labels(provider, TokenKind.CACHED).inc(entry.cached_tokens)
    MODEL_COST.labels(provider).inc(entry.cost_usd)


def _provider_of(model: str) -> str:
    """Return the provider, which is a label: not the model, which projects name as they like."""
    provider = model.partition(":")[0]
    return provider if provider in PROVIDERS else "other"


def _outcome_of(error: BaseException) -> CallOutcome:
    match error:
        case CancelledError():
            return CallOutcome.CANCELLED
        case ModelRateLimitError():
            return CallOutcome.RATE_LIMITED
        case ModelQuotaExceededError():
            return CallOutcome.QUOTA
        case ModelTimeoutError():
            return CallOutcome.TIMEOUT
        case ModelConnectionError():
            return CallOutcome.UNREACHABLE
        case ModelServerError() | ModelUnavailableError():
            return CallOutcome.SERVER_ERROR
        case ModelAPIError() if type(error) is not ModelAPIError:
            return CallOutcome.REJECTED
    return CallOutcome.UNUSABLE
