"""Count the attempts of steps, and the decisions on gates."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from temporalio.exceptions import ApplicationError

from crew.list_prices import HOSTED, LOCAL
from models.contracts.handoff import StepResult
from models.contracts.stops import STOPPED
from models.tables import HitlRequest
from store.budgets import LostCall
from telemetry.metrics import (
    DECISION_SECONDS,
    MODEL_COST,
    OTHER_PROVIDER,
    STEP_SECONDS,
    STEPS_RUNNING,
    DecisionOutcome,
    StepOutcome,
)

_OF_ERRORS = {
    "AgentError": StepOutcome.RETRIED,
    "WorkerStopping": StepOutcome.INTERRUPTED,
    STOPPED: StepOutcome.INTERRUPTED,
}
"""The outcomes of errors by their type, as Temporal sees it."""


@dataclass(slots=True)
class MeasuredStep:
    """One attempt of a step, as it is counted."""

    outcome: StepOutcome | None = None

    def finished(self, result: StepResult) -> StepResult:
        """Note the result that this attempt has written, and return it."""
        if result.request is None:
            self.outcome = StepOutcome.COMPLETED
        else:
            failed = result.request.reason.is_unfinished
            self.outcome = StepOutcome.FAILED if failed else StepOutcome.ASKED
        return result


@contextmanager
def measured_step() -> Iterator[MeasuredStep]:
    """Count an attempt of a step, with its duration."""
    measured, started = MeasuredStep(), time.monotonic()
    STEPS_RUNNING.inc()
    try:
        yield measured
    except asyncio.CancelledError:
        measured.outcome = StepOutcome.CANCELLED
        raise
    except BaseException as error:
        kind = error.type if isinstance(error, ApplicationError) else None
        measured.outcome = _OF_ERRORS.get(kind or "", StepOutcome.ERROR)
        raise
    finally:
        STEPS_RUNNING.dec()
        STEP_SECONDS.labels(measured.outcome or StepOutcome.NOTHING_TO_DO).observe(time.monotonic() - started)


def count_decision(request: HitlRequest, outcome: DecisionOutcome) -> None:
    """Count a gate that was closed by a person, or by its deadline."""
    assert request.decided_at is not None
    DECISION_SECONDS.labels(outcome).observe((request.decided_at - request.created_at).total_seconds())


def count_lost_calls(calls: Iterable[LostCall]) -> None:
    """Count what calls were booked with whose worker died before it could."""
    for call in calls:
        provider = (call.asked_for or "").partition(":")[0]
        MODEL_COST.labels(provider if provider in HOSTED | LOCAL else OTHER_PROVIDER).inc(call.cost_usd)
