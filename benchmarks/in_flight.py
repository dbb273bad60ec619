"""Runs a thousand waiting agent steps at once, as if they waited for a model: a hundred projects with ten branches."""

from __future__ import annotations

import time
from collections.abc import Iterable

from benchmarks.feed import Event, feeds, moment
from benchmarks.processes import MIB, cost, cpu_seconds, peak_of, resident, used_since
from benchmarks.stack import BRIEF, Bench
from benchmarks.table import Aim, Row
from benchmarks.timing import few_at_once

BRANCHES = 10
CREATED_AT_ONCE = 16
SOCKETS = 2


async def measure(bench: Bench) -> list[Row]:
    projects, waits = bench.count(100, 2), bench.count(5, 1)
    await bench.renew()
    pid = bench.pids["worker"]
    before, used = resident(pid), cpu_seconds(bench.pids)
    brief = f"---\nrehearsal: {{step_seconds: {waits}}}\n---\n{BRIEF}"
    async with feeds(bench.url, SOCKETS) as sockets, peak_of(pid) as peak:

        async def run(number: int) -> str:
            feed = sockets[number % SOCKETS]
            project_id = await bench.client.create("ten-branches", brief)
            feed.follow(project_id)
            return project_id

        started = time.perf_counter()
        created = await few_at_once(run, range(projects), CREATED_AT_ONCE)
        requested = time.perf_counter() - started
        for number, project_id in enumerate(created):
            await sockets[number % SOCKETS].completed(project_id)
        wall = time.perf_counter() - started
    spent = used_since(used, bench.pids)
    most = _most_at_once(event for feed in sockets for events in feed.events.values() for event in events)
    figure = f"{projects * BRANCHES} steps in flight that wait {waits} s each"
    return [
        Row(
            figure,
            {"s in total": wall, "s to start them": requested, "at most at once": most},
            aim=None if bench.quick else Aim(wall, 12, "s"),
        ),
        Row(f"{figure}: worker's memory", {"MiB before": before / MIB, "MiB at most": peak.bytes / MIB}),
        cost(f"{figure}: CPU a step", spent, projects * BRANCHES),
    ]


def _most_at_once(events: Iterable[Event]) -> int:
    """Return the largest number of concurrently running steps, by the times in the logs."""
    changes = {"task_started": 1, "task_completed": -1}
    steps = sorted((moment(event), changes[event["event_type"]]) for event in events if event["event_type"] in changes)
    running = most = 0
    for _, change in steps:
        running += change
        most = max(most, running)
    return most
