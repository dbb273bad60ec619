"""The metrics of an API process: its own, the SDK's, and the figures of the database that it shares with others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import structlog
from prometheus_client import Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.realtime import Hub
from models.contracts.enums import HitlReason, WorkflowProblemKind
from store import figures
from store.database import DATABASE_ERRORS
from store.transaction import Store
from telemetry.engine import EngineMetrics
from telemetry.metrics import API_METRICS, new_registry

log = structlog.get_logger(__name__)

CACHE_SECONDS = 5.0
"""How old the figures of the database may be: they are read once in this time, however many ask."""

TEXT_SECONDS = 0.5
"""How old the text may be: anybody may ask for it, and writing it takes the processor 10 ms."""

READ_SECONDS = 2.0
"""How long they may take. Prometheus waits for 10 s by default."""

DRAIN_SECONDS = 2.0
"""Seconds between two reads of the SDK's buffer, also when no one asks for it."""


class ApiMetrics:
    """What `/metrics` of the API shows."""

    def __init__(self, store: Store, hub: Hub, engine: EngineMetrics) -> None:
        self._store = store
        self._engine = engine
        self._figures = _Figures()
        self._registry = new_registry(*API_METRICS, engine, self._figures, _Sockets(hub))
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._text, self._written_at = b"", float("-inf")

    async def render(self) -> bytes:
        """Return all metrics in Prometheus' text format. Those of a database that does not answer are left out."""
        async with self._reading:
            now = asyncio.get_running_loop().time()
            if now - self._read_at >= CACHE_SECONDS:
                self._figures.known = await self._read_figures()
                self._read_at = asyncio.get_running_loop().time()
            if now - self._written_at >= TEXT_SECONDS:
                self._text = generate_latest(self._registry)
                self._written_at = asyncio.get_running_loop().time()
        return self._text

    async def _read_figures(self) -> figures.Figures | None:
        try:
            async with self._store.reading(READ_SECONDS) as connection:
                return await figures.read(connection)
        except DATABASE_ERRORS as error:
            log.warning("figures_unavailable", reason=repr(error))
            return None

    async def run(self) -> None:
        """Read the SDK's buffer forever, before it is full."""
        while True:
            await asyncio.sleep(DRAIN_SECONDS)
            self._engine.drain()


class _Figures(Collector):
    """What the database says of all projects: the same from every API process. Each value of a label is shown, so that
    nothing is missing where there is nothing to count."""

    known: figures.Figures | None = None

    def collect(self) -> Iterator[Metric]:
        if self.known is None:
            return
        gates = GaugeMetricFamily("botarmy_gates_open", "Gates that wait for a person, by reason.", labels=["reason"])
        for reason in HitlReason:
            gates.add_metric([reason], self.known.gates.get(reason, 0))
        yield gates
        age = "Age of the oldest open gate; 0 if none is open."
        yield GaugeMetricFamily("botarmy_gate_oldest_age_seconds", age, self.known.oldest_gate_seconds)
        what = "Workflows that cannot continue, by kind; `botarmy doctor` lists them."
        problems = GaugeMetricFamily("botarmy_workflow_problems", what, labels=["kind"])
        for kind in WorkflowProblemKind:
            problems.add_metric([kind], self.known.workflow_problems.get(kind, 0))
        yield problems

    def describe(self) -> list[Metric]:
        return []


class _Sockets(Collector):
    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("botarmy_websockets_open", "WebSockets of this process.", len(self._hub.sockets))
        most = "WebSockets that this process accepts."
        yield GaugeMetricFamily("botarmy_websockets_limit", most, self._hub.places.most)
