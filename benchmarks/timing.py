"""Measures how long runs take, one at a time and concurrently."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def p50(values: Sequence[float]) -> float:
    return statistics.median(values)


def p99(values: Sequence[float]) -> float:
    """Return the 99th percentile by nearest rank: of fewer than a hundred values, the largest."""
    return sorted(values)[math.ceil(0.99 * len(values)) - 1]


@dataclass(frozen=True)
class Sample:
    """The seconds of each run, and the wall time of all of them."""

    seconds: list[float]
    wall: float

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.wall


async def one_at_a_time(work: Callable[[int], Awaitable[object]], count: int) -> Sample:
    return await _sample(work, count, at_once=1)


async def at_once(work: Callable[[int], Awaitable[object]], count: int) -> Sample:
    return await _sample(work, count, at_once=count)


async def _sample(work: Callable[[int], Awaitable[object]], count: int, at_once: int) -> Sample:
    async def timed(number: int) -> float:
        started = time.perf_counter()
        await work(number)
        return time.perf_counter() - started

    started = time.perf_counter()
    seconds = await few_at_once(timed, range(count), at_once)
    return Sample(seconds, time.perf_counter() - started)


async def few_at_once(work: Callable[[Item], Awaitable[Result]], items: Sequence[Item], at_once: int) -> list[Result]:
    """Run `work` for each item, `at_once` at a time. Return the results in order. A failure cancels the rest."""
    slots = asyncio.Semaphore(at_once)

    async def limited(item: Item) -> Result:
        async with slots:
            return await work(item)

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(limited(item)) for item in items]
    return [each.result() for each in running]
