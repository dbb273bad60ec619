"""Compares a five-stage project with one gate to a bare workflow of the same shape, and to a service written by hand.

All sides use the same servers. They run short steps (local activities) and steps as regular activities, in alternating
turns, so that a machine that slows down affects all. Ratios are computed for each turn; the table shows their median.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from benchmarks.bare import TASK_QUEUE, Bare
from benchmarks.by_hand.running import service
from benchmarks.client import Client, client
from benchmarks.feed import Feed, feeds
from benchmarks.processes import CLIENT, cost, cpu_seconds, used_since
from benchmarks.stack import BRIEF, Bench, deliver
from benchmarks.table import Aim, Row
from benchmarks.timing import Sample, at_once, one_at_a_time, p50
from cli.stack.checkout import python_path
from cli.stack.child import child_command

SOCKETS = 4
STEPS = 5
LAST_TURN_SECONDS = 30.0
"""No turn is started after this time."""

# This brief makes a stage fail that the pipeline does not have: the agents do the same work, but do not declare their
# steps short.
REGULAR_BRIEF = "---\nrehearsal: {fail_step: no-such-stage}\n---\n" + BRIEF


@dataclass(frozen=True)
class Kind:
    """A way to run the steps on all sides, and what BotArmy should reach of the bare workflow's p50 and throughput."""

    name: str
    brief: str
    local: bool
    latency: float
    rate: float


SHORT = Kind("short steps (local activities)", BRIEF, local=True, latency=1.7, rate=0.6)
REGULAR = Kind("steps as regular activities", REGULAR_BRIEF, local=False, latency=1.5, rate=0.65)
OF_BY_HAND = 0.9
"""What BotArmy should reach of the throughput of the service by hand."""


@dataclass
class Side:
    """The measurements of one side and one kind, one sample for each turn."""

    name: str
    pids: Mapping[str, int]
    """The processes that run it."""
    run: Callable[[Feed, int], Awaitable[None]]
    url: str
    """Where its events are followed."""
    single: list[Sample] = field(default_factory=list)
    many: list[Sample] = field(default_factory=list)
    cpu: Counter[str] = field(default_factory=Counter)
    """CPU seconds by process, of the concurrent runs."""

    async def take_turn(self, single: int, many: int) -> None:
        async with feeds(self.url, 1 + SOCKETS) as (first, *others):
            self.single.append(await one_at_a_time(lambda number: self.run(first, number), single))
            before = cpu_seconds(self.pids)
            self.many.append(await at_once(lambda number: self.run(others[number % SOCKETS], number), many))
            self.cpu.update(used_since(before, self.pids))

    def rows(self, kind: Kind, many: int) -> list[Row]:
        title = f"{kind.name}, {self.name}"
        return [_row(f"{title}, one at a time", self.single), _row(f"{title}, {many} at once", self.many)]

    def cost(self, kind: Kind) -> Row:
        """Return a row with the CPU milliseconds of one project in each process."""
        runs = sum(len(sample.seconds) for sample in self.many)
        return cost(f"{kind.name}, {self.name}: CPU a project", self.cpu, runs)


async def measure(bench: Bench) -> list[Row]:
    single, many, turns = bench.count(20, 3), bench.count(100, 8), bench.count(3, 1)
    rows = []
    async with bare_worker(bench.temporal_address) as pid, service(bench) as by_hand, client(by_hand.url) as its_client:
        servers = {name: pid for name, pid in bench.pids.items() if name not in ("worker", "api")}
        for kind in (SHORT, REGULAR):
            sides = (
                Side("bare workflow", {**servers, "worker": pid}, partial(_bare, bench, kind), bench.url),
                Side("service by hand", {**servers, **by_hand.pids}, _deliverer(its_client, kind), by_hand.url),
                ours := Side("BotArmy", bench.pids, _deliverer(bench.client, kind), bench.url),
            )
            for side in sides:
                async with feeds(side.url, 1) as (feed,):
                    await side.run(feed, 0)
            started = time.monotonic()
            for turn in range(turns):
                if time.monotonic() - started > LAST_TURN_SECONDS:
                    break
                for side in sides if turn % 2 else reversed(sides):
                    await side.take_turn(single, many)
            for side in sides:
                rows += side.rows(kind, many)
            bare, hand, _ = sides
            rows += [
                *_ratios(kind, ours, bare, many, kind.latency, kind.rate),
                *_ratios(kind, ours, hand, many, None, OF_BY_HAND),
            ]
            rows += [*(side.cost(kind) for side in sides), _client_share(kind, ours)]
    return rows


@asynccontextmanager
async def bare_worker(temporal_address: str) -> AsyncIterator[int]:
    """Run the bare workflow's worker in a process that ends with this one. Yields its process id."""
    process = await asyncio.create_subprocess_exec(
        *child_command([sys.executable, "-P", "-m", "benchmarks.bare_worker"], signal.SIGTERM, None),
        env={**os.environ, **python_path(), "TEMPORAL_ADDRESS": temporal_address},
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def _bare(bench: Bench, kind: Kind, feed: Feed, number: int) -> None:
    handle = await bench.temporal.start_workflow(Bare.run, kind.local, id=f"bare-{uuid.uuid4()}", task_queue=TASK_QUEUE)
    await handle.signal(Bare.approve)
    await handle.result()


def _deliverer(api: Client, kind: Kind) -> Callable[[Feed, int], Awaitable[None]]:
    return lambda feed, number: deliver(api, feed, kind.brief)


def _row(figure: str, samples: Sequence[Sample]) -> Row:
    rate = statistics.median(sample.rate for sample in samples)
    seconds = [each for sample in samples for each in sample.seconds]
    return Row(figure, {"projects/s": rate, "steps/s": STEPS * rate}, seconds)


def _ratios(kind: Kind, ours: Side, other: Side, many: int, latency_aim: float | None, rate_aim: float) -> list[Row]:
    latency = statistics.median(p50(a.seconds) / p50(b.seconds) for a, b in zip(ours.single, other.single, strict=True))
    rate = statistics.median(a.rate / b.rate for a, b in zip(ours.many, other.many, strict=True))
    against = f"against {other.name}"
    return [
        Row(
            f"{kind.name}, one at a time: latency {against}",
            {"of its p50": latency},
            aim=Aim(latency, latency_aim, "of its p50") if latency_aim else None,
        ),
        Row(
            f"{kind.name}, {many} at once: throughput {against}",
            {"of its rate": rate},
            aim=Aim(rate, rate_aim, "of its rate", at_least=True),
        ),
    ]


def _client_share(kind: Kind, ours: Side) -> Row:
    wall = sum(sample.wall for sample in ours.many)
    return Row(f"{kind.name}, BotArmy: the client's own CPU", {"% of a core": 100 * ours.cpu[CLIENT] / wall})
