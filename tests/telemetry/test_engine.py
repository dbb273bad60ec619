"""Single updates of Temporal's SDK are added up as Prometheus expects them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from prometheus_client import CollectorRegistry
from temporalio.runtime import (
    BUFFERED_METRIC_KIND_COUNTER,
    BUFFERED_METRIC_KIND_GAUGE,
    BUFFERED_METRIC_KIND_HISTOGRAM,
    BufferedMetricKind,
)

from telemetry.engine import EngineMetrics


@dataclass(frozen=True)
class Metric:
    name: str
    kind: BufferedMetricKind
    description: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Update:
    """An update as the SDK's buffer returns it."""

    metric: Metric
    value: int | float
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)


REQUESTS = Metric("temporal_request_total", BUFFERED_METRIC_KIND_COUNTER)
SLOTS = Metric("temporal_slots", BUFFERED_METRIC_KIND_GAUGE)
LATENCY = Metric("temporal_latency", BUFFERED_METRIC_KIND_HISTOGRAM)


class Buffer:
    def __init__(self) -> None:
        self.updates: list[Update] = []

    def retrieve_updates(self) -> list[Update]:
        taken, self.updates = self.updates, []
        return taken


def test_counters_add_up_gauges_are_replaced_and_histograms_count_each_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, buffer, registry = EngineMetrics(), Buffer(), CollectorRegistry()
    monkeypatch.setattr(engine, "buffer", buffer)
    registry.register(engine)
    start, signal = {"operation": "start"}, {"operation": "signal"}
    buffer.updates = [Update(REQUESTS, 1, start), Update(REQUESTS, 2, signal), Update(SLOTS, 5)]
    engine.drain()
    buffer.updates = [Update(REQUESTS, 3, start), Update(SLOTS, 4)]
    buffer.updates += [Update(LATENCY, seconds, start) for seconds in (0.005, 0.02, 70.0)]

    assert registry.get_sample_value("temporal_request_total", start) == 4
    assert registry.get_sample_value("temporal_request_total", signal) == 2
    assert registry.get_sample_value("temporal_slots") == 4
    at_most = {
        bound: registry.get_sample_value("temporal_latency_seconds_bucket", {**start, "le": bound})
        for bound in ("0.005", "0.01", "0.025", "60.0", "+Inf")
    }
    assert at_most == {"0.005": 1, "0.01": 1, "0.025": 2, "60.0": 2, "+Inf": 3}  # a bound counts in its own bucket
    assert registry.get_sample_value("temporal_latency_seconds_count", start) == 3
    assert registry.get_sample_value("temporal_latency_seconds_sum", start) == pytest.approx(70.025)
