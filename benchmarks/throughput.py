"""Compares a five-stage project with one gate to a bare workflow of the same shape on the same server.

Both sides run short steps (local activities) and steps as regular activities, in alternating turns, so that a machine
that slows down affects both. Ratios are computed for each turn; the table shows their median.
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
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from benchmarks.bare import TASK_QUEUE, Bare
from benchmarks.feed import feeds
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
    """A way to run the steps on both sides."""

    name: str
    brief: str
    local: bool


SHORT = Kind("short steps (local activities)", BRIEF, local=True)
REGULAR = Kind("steps as regular activities", REGULAR_BRIEF, local=False)


@dataclass
class Side:
    """The measurements of one side and one kind, one sample for each turn."""

    name: str
    single: list[Sample] = field(default_factory=list)
    many: list[Sample] = field(default_factory=list)
    cpu: Counter[str] = field(default_factory=Counter)
    """CPU seconds by process, of the concurrent runs."""

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
    async with bare_worker(bench.temporal_address) as pid:
        for kind in (SHORT, REGULAR):
            ours, bare = Side("BotArmy"), Side("bare workflow")
            await _bare(bench, kind)(0)
            started = time.monotonic()
            for turn in range(turns):
                if time.monotonic() - started > LAST_TURN_SECONDS:
                    break
                for side in (ours, bare) if turn % 2 else (bare, ours):
                    await _take_turn(bench, kind, side, single, many, pid)
            rows += [*bare.rows(kind, many), *ours.rows(kind, many), *_ratios(kind, ours, bare, many)]
            rows += [bare.cost(kind), ours.cost(kind), _client_share(kind, ours)]
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


async def _take_turn(bench: Bench, kind: Kind, side: Side, single: int, many: int, bare_pid: int) -> None:
    async with feeds(bench.url, 1 + SOCKETS) as (first, *others):
        if side.name == "BotArmy":
            alone: Callable[[int], Awaitable[None]] = lambda _: deliver(bench.client, first, kind.brief)  # noqa: E731
            together: Callable[[int], Awaitable[None]] = lambda number: deliver(  # noqa: E731
                bench.client, others[number % SOCKETS], kind.brief
            )
        else:
            alone = together = _bare(bench, kind)
        side.single.append(await one_at_a_time(alone, single))
        pids = {**bench.pids, "bare worker": bare_pid}
        before = cpu_seconds(pids)
        side.many.append(await at_once(together, many))
        side.cpu.update(used_since(before, pids))


def _bare(bench: Bench, kind: Kind) -> Callable[[int], Awaitable[None]]:
    async def run(number: int) -> None:
        handle = await bench.temporal.start_workflow(
            Bare.run, kind.local, id=f"bare-{uuid.uuid4()}", task_queue=TASK_QUEUE
        )
        await handle.signal(Bare.approve)
        await handle.result()

    return run


def _row(figure: str, samples: Sequence[Sample]) -> Row:
    rate = statistics.median(sample.rate for sample in samples)
    seconds = [each for sample in samples for each in sample.seconds]
    return Row(figure, {"projects/s": rate, "steps/s": STEPS * rate}, seconds)


def _ratios(kind: Kind, ours: Side, bare: Side, many: int) -> list[Row]:
    latency = statistics.median(p50(a.seconds) / p50(b.seconds) for a, b in zip(ours.single, bare.single, strict=True))
    rate = statistics.median(a.rate / b.rate for a, b in zip(ours.many, bare.many, strict=True))
    return [
        Row(
            f"{kind.name}, one at a time: latency against bare",
            {"of bare's p50": latency},
            aim=Aim(latency, 1.5, "of bare"),
        ),
        Row(
            f"{kind.name}, {many} at once: throughput against bare",
            {"of bare's": rate},
            aim=Aim(rate, 0.8, "of bare", at_least=True),
        ),
    ]


def _client_share(kind: Kind, ours: Side) -> Row:
    wall = sum(sample.wall for sample in ours.many)
    return Row(f"{kind.name}, BotArmy: the client's own CPU", {"% of a core": 100 * ours.cpu[CLIENT] / wall})
