"""The metrics that each process counts itself. `/metrics` shows them in Prometheus' text format.

No label has a value that users choose, such as the name of a project, a role or a model: each would be a time series of
its own. The values of every label are listed here, or are the names of the providers that this version knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second time series for each, which no one reads


class StepOutcome(StrEnum):
    """How one attempt of a step ended."""

    COMPLETED = "completed"
    ASKED = "asked"  # its result waits at a gate
    FAILED = "failed"  # the agent failed for the last time; a gate asks what to do
    RETRIED = "retried"  # the agent failed, or its provider asked it to wait; it is tried again
    ERROR = "error"  # a server was unavailable, or something unexpected happened; it is tried again
    INTERRUPTED = "interrupted"  # the worker stopped, and another continues
    CANCELLED = "cancelled"
    NOTHING_TO_DO = "nothing_to_do"  # another attempt had ended the task


class CallOutcome(StrEnum):
    """How one call of a model ended."""

    SUCCESS = "success"
    REFUSED = "refused"  # by the model, because of the content
    UNUSABLE = "unusable"  # it was cut off, is too large, or is not of the provider's form
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    REJECTED = "rejected"  # by the provider: the key, the model's name or the request is wrong
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"


class DecisionOutcome(StrEnum):
    """How a gate was closed."""

    APPROVE = "approve"
    AMEND = "amend"
    REJECT = "reject"
    EXPIRED = "expired"


class TokenKind(StrEnum):
    """Which tokens. The cached ones are among those of the input."""

    INPUT = "input"
    OUTPUT = "output"
    CACHED = "cached"


OTHER_PROVIDER = "other"
"""The label of every provider that this version does not know."""

STEPS_RUNNING = Gauge("botarmy_steps_running", "Steps that this worker runs now.", registry=None)
STEP_SECONDS = Histogram(
    "botarmy_step_duration_seconds",
    "Duration of one attempt of a step, by how it ended.",
    ["outcome"],
    buckets=(0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600),
    registry=None,
)
DECISION_SECONDS = Histogram(
    "botarmy_gate_decision_seconds",
    "Time from the opening of a gate to its decision, by the decision.",
    ["outcome"],
    buckets=(1, 10, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600),
    registry=None,
)
MODEL_CALL_SECONDS = Histogram(
    "botarmy_model_call_duration_seconds",
    "Duration of one call of a model, by its provider and how it ended.",
    ["provider", "outcome"],
    buckets=(0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
    registry=None,
)
MODEL_TOKENS = Counter(
    "botarmy_model_tokens",
    "Tokens of the responses of models; `cached` ones are part of `input`.",
    ["provider", "kind"],
    registry=None,
)
MODEL_COST = Counter(
    "botarmy_model_cost_usd", "US dollars that calls of models were booked with.", ["provider"], registry=None
)
EVENT_LAG = Histogram(
    "botarmy_event_lag_seconds",
    "Time from the record of an event in PostgreSQL to its push to this process' first WebSocket.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30),
    registry=None,
)

# A series that appears with its first value looks to `rate` as if nothing had happened.
for ended in StepOutcome:
    STEP_SECONDS.labels(ended)
for closed in DecisionOutcome:
    DECISION_SECONDS.labels(closed)

WORKER_METRICS: tuple[Collector, ...] = (
    STEPS_RUNNING,
    STEP_SECONDS,
    DECISION_SECONDS,
    MODEL_CALL_SECONDS,
    MODEL_TOKENS,
    MODEL_COST,
)
API_METRICS: tuple[Collector, ...] = (EVENT_LAG,)


def create_model_series(providers: Iterable[str]) -> None:
    """Create the series of these providers before their first call, for the same reason: an alert on one rejected call
    compares it with none. The outcomes of eight providers are about a thousand lines."""
    for provider in providers:
        MODEL_COST.labels(provider)
        for kind in TokenKind:
            MODEL_TOKENS.labels(provider, kind)
        for outcome in CallOutcome:
            MODEL_CALL_SECONDS.labels(provider, outcome)


def new_registry(*collectors: Collector) -> CollectorRegistry:
    """Return a registry with these metrics, and those of the process itself, such as its memory."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    for collector in collectors:
        registry.register(collector)
    return registry
