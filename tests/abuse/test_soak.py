"""A project a second for a long time: nothing grows, no project gets stuck, reads stay fast."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx2
import psutil
import psycopg
import pytest

from benchmarks.timing import p50, p99
from tests.abuse.customers import Customers
from tests.abuse.hostile_bodies import MIB
from tests.abuse.target import Target
from tests.api_client import V1
from tests.proving import Proof
from tests.waiting import eventually

A_MINUTE = 60
MAX_READ_SECONDS = 0.2
"""Seconds, at the 99th percentile of the reads."""
STUCK_SECONDS = 60.0
GROWTH, SHARE = 16 * MIB, 0.10
"""Memory counts as flat if it has grown by at most both together: allocators keep their peak."""
EXTRA = 8
"""Descriptors and connections count as flat if there are at most this many more."""
SAMPLE_SECONDS = 1.0
READ_SECONDS = 0.1
WARM_UP = 10
"""Projects before the first minute, to fill caches and pools."""


@dataclass
class Series:
    """Values with the seconds at which they were sampled."""

    values: list[tuple[float, float]] = field(default_factory=list)

    def add(self, at: float, value: float) -> None:
        self.values.append((at, value))

    def between(self, start: float, end: float) -> list[float]:
        return [value for at, value in self.values if start <= at < end]


@dataclass
class Soak:
    """The samples of the whole run; its first and last parts are compared."""

    seconds: float
    part: float
    samples: dict[str, Series] = field(default_factory=lambda: defaultdict(Series))
    reads: Series = field(default_factory=Series)

    def first_and_last(self, series: Series) -> tuple[list[float], list[float]]:
        """Return the values of the first and of the last part, at least one each."""
        first, last = series.between(0, self.part), series.between(self.seconds - self.part, self.seconds)
        return first or [series.values[0][1]], last or [series.values[-1][1]]


@pytest.mark.item(24)
@pytest.mark.timeout(900)
async def test_a_project_a_second_leaves_nothing_behind(own_target: Target, proof: Proof) -> None:
    seconds, part = proof.times(600, 6), proof.times(60, 3)
    soak = Soak(seconds, part)
    async with own_target.client() as http, own_target.client() as reader:
        customers = Customers(http, own_target.url)
        await customers.connect()
        await asyncio.gather(*(customers.start(f"Warm up {number}") for number in range(WARM_UP)))
        await eventually(_all_finished(customers), STUCK_SECONDS)
        started = time.monotonic()
        watching = [
            asyncio.create_task(_repeat(SAMPLE_SECONDS, started, lambda at: _sample(own_target, soak, at))),
            asyncio.create_task(_repeat(READ_SECONDS, started, _reader(reader, customers, soak))),
        ]
        for number in range(seconds * A_MINUTE // 60):
            await asyncio.sleep(started + number * 60 / A_MINUTE - time.monotonic())
            await customers.start(f"Soak {number}")
        await asyncio.sleep(started + seconds - time.monotonic())
        for task in watching:
            task.cancel()
        for task in watching:
            with suppress(asyncio.CancelledError):
                await task
        with suppress(AssertionError):  # stuck projects are reported below
            await eventually(_all_finished(customers), STUCK_SECONDS)
        customers.close()
    taken = [each.ended - each.started for each in customers.projects.values() if each.ended is not None]
    name = "minute" if part == A_MINUTE else f"{part} s"
    proof.row(
        f"a project of the shipped pipeline each second for {seconds} s, its four gates approved by the client",
        len(customers.projects),
        "all delivered, none stuck",
        f"{len(taken)} delivered, {len(customers.unfinished)} stuck, {customers.decisions} decisions; p50 "
        f"{p50(taken):.1f} s, longest {max(taken):.1f} s; {len(customers.problems)} problems",
    )
    grown = []
    for what, series in soak.samples.items():
        first, last = (statistics.median(part_values) for part_values in soak.first_and_last(series))
        memory = "memory" in what
        allowed = first * (1 + SHARE) + GROWTH if memory else first + EXTRA
        formatted = _megabytes if memory else "{:.0f}".format
        proof.row(
            f"same run: {what}",
            len(series.values),
            f"flat: last {name} at most {formatted(allowed)}",
            f"first {name} {formatted(first)}, last {name} {formatted(last)}",
        )
        # In the short form each part has one or two samples, and a running sandbox holds descriptors.
        if last > allowed and (memory or proof.is_full):
            grown.append(what)
    # With the few reads of the short form, the p99 is the slowest one, which depends on the machine.
    name_of_quantile, of = ("p99", p99) if proof.is_full else ("p50", p50)
    parts = [soak.reads.between(start, start + part) for start in range(0, seconds, part)]
    waits = [1000 * of(each) for each in parts if each]
    proof.row(
        "same run: reads (lists, projects, status, log, inbox)",
        len(soak.reads.values),
        f"{name_of_quantile} under {1000 * MAX_READ_SECONDS:.0f} ms in each {name}",
        f"first {name} {waits[0]:.0f} ms, last {name} {waits[-1]:.0f} ms, the slowest {max(waits):.0f} ms",
    )
    assert customers.unfinished == []
    assert customers.problems == []
    assert grown == []
    assert max(waits) < 1000 * MAX_READ_SECONDS
    assert own_target.deaths == []


def _megabytes(value: float) -> str:
    return f"{value / MIB:.1f} MB"


def _all_finished(customers: Customers) -> Callable[[], Awaitable[bool]]:
    async def all_finished() -> bool:
        return not customers.unfinished

    return all_finished


async def _repeat(pause: float, started: float, work: Callable[[float], Awaitable[None]]) -> None:
    while True:
        await work(time.monotonic() - started)
        await asyncio.sleep(pause)


async def _sample(target: Target, soak: Soak, at: float) -> None:
    for name, supervised in (("api", target.api), ("worker", target.worker)):
        process = psutil.Process(supervised.pid)
        soak.samples[f"memory of the {name}"].add(at, process.memory_info().rss)
        soak.samples[f"descriptors of the {name}"].add(at, process.num_fds())
        soak.samples[f"connections of the {name}"].add(at, len(process.net_connections("tcp")))
    async with await psycopg.AsyncConnection.connect(target.settings.database_url, autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        (count,) = await (await connection.execute(query)).fetchone() or (0,)
    soak.samples["connections to the database"].add(at, count)


def _reader(http: httpx2.AsyncClient, customers: Customers, soak: Soak) -> Callable[[float], Awaitable[None]]:
    kinds: Sequence[str] = ("/projects/", "/projects/{}", "/projects/{}/status", "/projects/{}/events", "/hitl/pending")
    turns = itertools.cycle(kinds)

    async def read(at: float) -> None:
        newest = next(reversed(customers.projects))
        started = time.perf_counter()
        answer = await http.get(V1 + next(turns).format(newest))
        soak.reads.add(at, time.perf_counter() - started)
        assert answer.status_code == 200, answer.text

    return read
