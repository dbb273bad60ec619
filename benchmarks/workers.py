"""Measures what more workers give: stacks with 1, 2 and 4 of them deliver the same projects in alternating turns.

Each stack has servers of its own. On two cores, which they share with the servers and the client, this says where the
cores become the limit, and not what a cluster would do.
"""

from __future__ import annotations

import statistics
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from benchmarks.feed import feeds
from benchmarks.processes import cpu_seconds, used_since
from benchmarks.signing_in import using
from benchmarks.stack import BRIEF, Bench, deliver, running
from benchmarks.table import Row
from benchmarks.throughput import REGULAR_BRIEF
from benchmarks.timing import at_once

COUNTS = (1, 2, 4)
SOCKETS = 4
BRIEFS = {"short steps": BRIEF, "regular steps": REGULAR_BRIEF}


@dataclass
class Side:
    """A stack with several workers; for each kind of step the projects a second and the CPU seconds of all turns."""

    workers: int
    bench: Bench
    rates: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in BRIEFS})
    cpu: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in BRIEFS})

    async def take_turn(self, kind: str, projects: int) -> None:
        async with AsyncExitStack() as opened:
            with using(self.bench.token):
                followed = await opened.enter_async_context(feeds(self.bench.url, SOCKETS))
            before = cpu_seconds(self.bench.pids)
            sample = await at_once(
                lambda number: deliver(self.bench.client, followed[number % SOCKETS], BRIEFS[kind]), projects
            )
            self.cpu[kind].update(used_since(before, self.bench.pids))
        self.rates[kind].append(sample.rate)

    def row(self, kind: str, one: Side, projects: int) -> Row:
        ratios = [mine / other for mine, other in zip(self.rates[kind], one.rates[kind], strict=True)]
        used = self.cpu[kind]
        runs = projects * len(self.rates[kind])
        return Row(
            f"{kind}, {self.workers} worker{'s' if self.workers > 1 else ''}, {projects} at once",
            {
                "projects/s": statistics.median(self.rates[kind]),
                "of one worker": statistics.median(ratios),
                "CPU ms a project, workers": 1000 * sum(used[name] for name in used if "worker" in name) / runs,
                "all": 1000 * used.total() / runs,
            },
        )


async def measure(bench: Bench) -> list[Row]:
    projects, turns = bench.count(100, 4), bench.count(3, 1)
    async with AsyncExitStack() as stack:
        sides = []
        for count in COUNTS:
            folder = bench.folder.parent / f"workers-{count}"
            started = await stack.enter_async_context(running(folder, quick=bench.quick, workers=count))
            sides.append(Side(count, started))
        for turn in range(turns):
            for kind in BRIEFS:
                for side in sides[turn % len(sides) :] + sides[: turn % len(sides)]:
                    await side.take_turn(kind, projects)
    return [side.row(kind, sides[0], projects) for kind in BRIEFS for side in sides]
