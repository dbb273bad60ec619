"""Which outcome a call of a model and an attempt of a step are counted with."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prometheus_client import Histogram
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelServerError,
    ModelTimeoutError,
)
from temporalio.exceptions import ApplicationError

from activities.step_metrics import count_lost_calls, measured_step
from crew.model.call_metrics import measured_call
from store.budgets import LostCall
from telemetry.metrics import MODEL_CALL_SECONDS, MODEL_COST, STEP_SECONDS
from tests.crew.model.model_under_test import says


def counts(histogram: Histogram) -> dict[tuple[str, ...], float]:
    """Return how many values each series has."""
    return {
        tuple(value for label, value in sample.labels.items() if label != "le"): sample.value
        for metric in histogram.collect()
        for sample in metric.samples
        if sample.name.endswith("_count")
    }


def counted(histogram: Histogram, before: dict[tuple[str, ...], float]) -> list[tuple[str, ...]]:
    """Return the series that were counted since, each once."""
    since = {labels: count - before.get(labels, 0) for labels, count in counts(histogram).items()}
    assert set(since.values()) <= {0, 1}
    return [labels for labels, count in since.items() if count]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ModelRateLimitError("m", "no", body=None), "rate_limited"),
        (ModelQuotaExceededError("m", "no", body=None), "quota"),
        (ModelAuthenticationError("m", "no", body=None), "rejected"),
        (ModelServerError("m", "no", body=None), "server_error"),
        (ModelTimeoutError("m", "late", phase="read"), "timeout"),
        (ModelConnectionError("m", "refused", phase="connect"), "unreachable"),
        (ModelAPIError("m", "not JSON"), "unusable"),
        (ValueError("not a response"), "unusable"),
        (asyncio.CancelledError(), "cancelled"),
    ],
)
def test_an_error_of_a_call_has_one_outcome(error: BaseException, outcome: str) -> None:
    before = counts(MODEL_CALL_SECONDS)
    with pytest.raises(type(error)), measured_call("openai:gpt-planted"):
        raise error
    assert counted(MODEL_CALL_SECONDS, before) == [("openai", outcome)]


@pytest.mark.parametrize(
    ("reason", "usable", "outcome"),
    [("stop", True, "success"), ("content_filter", False, "refused"), (None, False, "unusable")],
)
def test_a_response_has_one_outcome(reason: Any, usable: bool, outcome: str) -> None:
    before = counts(MODEL_CALL_SECONDS)
    with measured_call("ollama:planted") as measured:
        measured.answered(says("Well.", finish_reason=reason), usable=usable)
    assert counted(MODEL_CALL_SECONDS, before) == [("ollama", outcome)]


def test_a_provider_that_this_version_does_not_know_is_no_label() -> None:
    before = counts(MODEL_CALL_SECONDS)
    with measured_call("planted:model"):
        pass
    assert counted(MODEL_CALL_SECONDS, before) == [("other", "success")]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ApplicationError("it failed", type="AgentError"), "retried"),
        (ApplicationError("stopping", type="WorkerStopping"), "interrupted"),
        (ApplicationError("no database", type="OperationalError"), "error"),
        (RuntimeError("a bug"), "error"),
        (asyncio.CancelledError(), "cancelled"),
    ],
)
def test_an_attempt_that_raises_has_one_outcome(error: BaseException, outcome: str) -> None:
    before = counts(STEP_SECONDS)
    with pytest.raises(type(error)), measured_step():
        raise error
    assert counted(STEP_SECONDS, before) == [(outcome,)]


def test_an_attempt_that_writes_nothing_is_counted_as_such() -> None:
    before = counts(STEP_SECONDS)
    with measured_step():
        pass
    assert counted(STEP_SECONDS, before) == [("nothing_to_do",)]


def test_what_lost_calls_cost_is_counted_with_their_providers() -> None:
    def costs() -> list[float]:
        providers = ("openai", "ollama", "other")
        samples = [each for metric in MODEL_COST.collect() for each in metric.samples if each.name.endswith("_total")]
        by_provider = {each.labels["provider"]: each.value for each in samples}
        return [by_provider.get(provider, 0.0) for provider in providers]

    before = costs()
    lost = [("openai:gpt-planted", 2.0), ("ollama:planted", 1.0), ("planted:model", 0.5), (None, 0.25)]
    count_lost_calls(LostCall(cost, asked_for) for asked_for, cost in lost)
    added = [after - earlier for after, earlier in zip(costs(), before, strict=True)]
    assert added == pytest.approx([2.0, 1.0, 0.75])
