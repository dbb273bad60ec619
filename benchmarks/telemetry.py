"""Measures what metrics and traces cost: the CPU time of worker and api for a project, against a stack without them.

Each side has a stack of its own, and they run the same projects in alternating turns, so that a machine that slows down
affects all. Ratios are computed for each turn; the table shows their median. The projects are rehearsals with short
steps, which do the least work for each span and each count.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import httpx2

from benchmarks.feed import feeds
from benchmarks.processes import cost, cpu_seconds, used_since
from benchmarks.signing_in import using
from benchmarks.span_sink import SpanSink
from benchmarks.stack import BRIEF, Bench, deliver, running
from benchmarks.table import Row
from benchmarks.timing import few_at_once

AT_ONCE = 8
SCRAPE_SECONDS = 1.0
"""Prometheus reads every 15 s to 60 s."""

OFF, METRICS, TRACES = "without both", "/metrics read every second", "traces exported"
_PROCESSES = ("worker", "api")


@dataclass
class Side:
    """A stack, the metrics that are read from it, and the CPU seconds of each turn by process."""

    name: str
    bench: Bench
    metrics: tuple[str, ...] = ()
    turns: list[dict[str, float]] = field(default_factory=list)

    @property
    def pids(self) -> dict[str, int]:
        return {name: pid for name, pid in self.bench.pids.items() if name in _PROCESSES}

    async def take_turn(self, projects: int) -> None:
        async with AsyncExitStack() as opened:
            with using(self.bench.token):
                all_feeds = await opened.enter_async_context(feeds(self.bench.url, AT_ONCE))
            await opened.enter_async_context(_scraping(self.metrics))
            before = cpu_seconds(self.pids)
            await few_at_once(
                lambda number: deliver(self.bench.client, all_feeds[number % AT_ONCE], BRIEF), range(projects), AT_ONCE
            )
            used = used_since(before, self.pids)
        self.turns.append({name: used[name] for name in _PROCESSES})


async def measure(bench: Bench) -> list[Row]:
    projects, turns, scrapes = bench.count(30, 4), bench.count(12, 1), bench.count(50, 2)
    port = _free_port()
    async with AsyncExitStack() as stack:
        sink = await stack.enter_async_context(SpanSink.listening())
        exported = await _started(stack, bench, "traces", {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.url})
        measured = await _started(stack, bench, "metrics", {"BOTARMY_METRICS_PORT": str(port)})
        urls = (f"http://127.0.0.1:{port}/metrics", f"{measured.url}/metrics")
        plain = await _started(stack, bench, "plain", {})
        sides = [Side(OFF, plain), Side(METRICS, measured, urls), Side(TRACES, exported)]
        for side in sides:
            await side.take_turn(bench.count(20, 2))
            side.turns.clear()
        for turn in range(turns):
            for side in sides[turn % 3 :] + sides[: turn % 3]:
                await side.take_turn(projects)
        if not sink.requests:
            raise RuntimeError("no spans were exported")
        scrape = await _one_scrape(sides[1], scrapes)
    off = sides[0]
    return [
        *(cost(f"{side.name}: CPU a project", _sum(side), turns * projects) for side in sides),
        *(_ratio(side, off) for side in sides[1:]),
        cost("one reading of /metrics of each: CPU", scrape, scrapes),
    ]


def _sum(side: Side) -> Mapping[str, float]:
    return {name: sum(turn[name] for turn in side.turns) for name in _PROCESSES}


def _ratio(side: Side, off: Side) -> Row:
    """Return a row with the median, the lowest and the highest ratio of a turn to the one without both."""
    ratios = [sum(turn.values()) / sum(base.values()) for turn, base in zip(side.turns, off.turns, strict=True)]
    numbers = {"of the CPU": statistics.median(ratios), "at least": min(ratios), "at most": max(ratios)}
    return Row(f"{side.name}: worker and api, against {OFF}", numbers)


async def _started(stack: AsyncExitStack, bench: Bench, name: str, environment: Mapping[str, str]) -> Bench:
    with _environment(environment):
        return await stack.enter_async_context(running(bench.folder.parent / name, quick=bench.quick))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the processes that are started in the block."""
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]


@asynccontextmanager
async def _scraping(urls: tuple[str, ...]) -> AsyncIterator[None]:
    async def scrape() -> None:
        async with httpx2.AsyncClient(trust_env=False) as http:
            while True:
                await _scrape(http, urls)
                await asyncio.sleep(SCRAPE_SECONDS)

    scraping = asyncio.create_task(scrape())
    try:
        yield
    finally:
        scraping.cancel()
        await asyncio.wait([scraping])
    if not scraping.cancelled():
        scraping.result()  # it failed


async def _scrape(http: httpx2.AsyncClient, urls: tuple[str, ...]) -> None:
    for url in urls:
        (await http.get(url)).raise_for_status()


async def _one_scrape(side: Side, scrapes: int) -> Mapping[str, float]:
    """Return the CPU seconds of that many readings. What the processes use when idle is taken off."""
    started, before = time.monotonic(), cpu_seconds(side.pids)
    async with httpx2.AsyncClient(trust_env=False) as http:
        for _ in range(scrapes):
            await _scrape(http, side.metrics)
    seconds, used = time.monotonic() - started, used_since(before, side.pids)
    before = cpu_seconds(side.pids)
    await asyncio.sleep(seconds)
    idle = used_since(before, side.pids)
    return {name: used[name] - idle[name] for name in _PROCESSES}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
