"""Measures the time from a decision's POST to its response, and to the start of the next agent."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.feed import Asked, Feed, moment
from benchmarks.stack import BRIEF, Bench
from benchmarks.table import Aim, Row
from benchmarks.throughput import REGULAR_BRIEF
from benchmarks.timing import few_at_once, p50

NEXT = "design"
"""The stage after the gate."""

CREATED_AT_ONCE = 8


@dataclass(frozen=True)
class Decision:
    """Seconds from the POST to the response, to the next task's start in the log, and to its frame on the socket."""

    answered: float
    started: float
    pushed: float


async def measure(bench: Bench) -> list[Row]:
    count = bench.count(40, 4)
    regular = await _decide(bench, REGULAR_BRIEF, count)
    short = await _decide(bench, BRIEF, count)
    answered, started = [each.answered for each in regular], [each.started for each in regular]
    return [
        Row("decision to its answer", {}, answered, Aim(1000 * p50(answered), 40, "ms at p50")),
        Row("decision to the next agent's start", {}, started, Aim(1000 * p50(started), 60, "ms at p50")),
        Row("decision to the frame that reports that start", {}, [each.pushed for each in regular]),
        Row("short steps: decision to its answer", {}, [each.answered for each in short]),
        Row("short steps: decision to the next agent's end", {}, [each.started for each in short]),
    ]


async def _decide(bench: Bench, brief: str, count: int) -> list[Decision]:
    """Park projects at their gates, then decide one after the other, each after the previous project has completed."""
    async with Feed.connected(bench.url) as feed:

        async def park(_: int) -> tuple[str, Asked]:
            project_id = await bench.client.create("five-stages", brief)
            feed.follow(project_id)
            return project_id, await feed.request(project_id)

        parked = await few_at_once(park, range(count), CREATED_AT_ONCE)
        return [await _decide_one(bench, feed, *each) for each in parked]


async def _decide_one(bench: Bench, feed: Feed, project_id: str, request: Asked) -> Decision:
    posted, clock = time.time(), time.perf_counter()
    await bench.client.approve(request)
    answered = time.perf_counter() - clock
    start = await feed.event(project_id, "task_started", stage=NEXT)
    await feed.completed(project_id)
    return Decision(answered, moment(start) - posted, start["received"] - posted)
