"""The metrics of Temporal's SDK, which it hands over as single updates, added up for Prometheus."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate

from prometheus_client import Metric
from prometheus_client.registry import Collector
from temporalio.runtime import (
    BUFFERED_METRIC_KIND_COUNTER,
    BUFFERED_METRIC_KIND_GAUGE,
    BUFFERED_METRIC_KIND_HISTOGRAM,
    BufferedMetric,
    MetricBuffer,
    MetricBufferDurationFormat,
)

BUFFER = 100_000
"""Updates that may wait to be read. Further ones would be lost."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""Upper bounds in seconds: all histograms of the SDK are durations."""

Labels = tuple[tuple[str, str], ...]

_TYPES = {
    BUFFERED_METRIC_KIND_COUNTER: "counter",
    BUFFERED_METRIC_KIND_GAUGE: "gauge",
    BUFFERED_METRIC_KIND_HISTOGRAM: "histogram",
}


@dataclass(slots=True)
class _Distribution:
    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    sum: float = 0.0


@dataclass(slots=True)
class _Family:
    """One metric of the SDK: its values or distributions by their labels."""

    name: str
    help: str
    type: str
    values: dict[Labels, float] = field(default_factory=dict)
    distributions: dict[Labels, _Distribution] = field(default_factory=dict)

    @classmethod
    def of(cls, metric: BufferedMetric) -> _Family:
        type_ = _TYPES[metric.kind]
        name = f"{metric.name}_seconds" if type_ == "histogram" else metric.name.removesuffix("_total")
        return cls(name, metric.description or "", type_)

    def update(self, labels: Labels, value: float) -> None:
        if self.type == "histogram":
            known = self.distributions.setdefault(labels, _Distribution())
            known.counts[bisect_left(BUCKETS, value)] += 1
            known.sum += value
        elif self.type == "counter":
            self.values[labels] = self.values.get(labels, 0.0) + value
        else:
            self.values[labels] = value

    def metric(self) -> Metric:
        shown = Metric(self.name, self.help, self.type)
        suffix = "_total" if self.type == "counter" else ""
        for labels, value in self.values.items():
            shown.add_sample(self.name + suffix, dict(labels), value)
        for labels, known in self.distributions.items():
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), accumulate(known.counts), strict=True):
                shown.add_sample(f"{self.name}_bucket", {**dict(labels), "le": bound}, count)
            shown.add_sample(f"{self.name}_count", dict(labels), sum(known.counts))
            shown.add_sample(f"{self.name}_sum", dict(labels), known.sum)
        return shown


class EngineMetrics(Collector):
    """Adds up what the SDK puts into `buffer`. It may be read from any thread."""

    def __init__(self) -> None:
        self.buffer = MetricBuffer(BUFFER, MetricBufferDurationFormat.SECONDS)
        self._families: dict[str, _Family] = {}
        self._lock = threading.Lock()

    def drain(self) -> None:
        """Read the buffer, before it is full. It belongs to a runtime by now."""
        with self._lock:
            for update in self.buffer.retrieve_updates():
                name = update.metric.name
                family = self._families.get(name) or self._families.setdefault(name, _Family.of(update.metric))
                family.update(
                    tuple(sorted((key, str(value)) for key, value in update.attributes.items())), update.value
                )

    def collect(self) -> Iterator[Metric]:
        self.drain()
        with self._lock:
            shown = [family.metric() for family in self._families.values()]
        yield from shown

    def describe(self) -> list[Metric]:
        return []  # their names are not known before they have values


@cache
def engine_metrics() -> EngineMetrics:
    """Return those of this process: its clients and workers share one runtime."""
    return EngineMetrics()
