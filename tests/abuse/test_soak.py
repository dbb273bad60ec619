"""A project a second, for long: nothing grows, nothing is stuck, reads stay fast."""

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
from tests.abuse.hostility import MIB
from tests.abuse.place import Place
from tests.abuse.projects import V1
from tests.proving import Proof
from tests.waiting import eventually

A_MINUTE = 60
MOST_WAIT = 0.2
"""Seconds, of a hundredth of the reads."""
STUCK_SECONDS = 60.0
GROWTH, SHARE = 16 * MIB, 0.10
"""Memory is flat where it has grown by no more than both together: allocators keep what was once needed at once."""
MORE = 8
"""Descriptors and connections are flat where there are no more than so many more."""
LOOK_SECONDS = 1.0
READ_SECONDS = 0.1
WARM_UP = 10
"""Projects before the first minute: what is imported, opened and filled once is there then."""


@dataclass
class Series:
    """Values, each with the second in which it was seen."""

    values: list[tuple[float, float]] = field(default_factory=list)

    def add(self, at: float, value: float) -> None:
        self.values.append((at, value))

    def between(self, start: float, end: float) -> list[float]:
        return [value for at, value in self.values if start <= at < end]


@dataclass
class Soak:
    """What was seen in so many seconds, and the two ends of it that are compared."""

    seconds: float
    part: float
    looks: dict[str, Series] = field(default_factory=lambda: defaultdict(Series))
    reads: Series = field(default_factory=Series)

    def ends(self, series: Series) -> tuple[list[float], list[float]]:
        """The values of the first part and of the last; one at least, though the machine stood still for a part."""
        first, last = series.between(0, self.part), series.between(self.seconds - self.part, self.seconds)
        return first or [series.values[0][1]], last or [series.values[-1][1]]


@pytest.mark.item(24)
@pytest.mark.timeout(900)
async def test_a_project_a_second_leaves_nothing_behind(own_place: Place, proof: Proof) -> None:
    seconds, part = proof.times(600, 6), proof.times(60, 3)
    soak = Soak(seconds, part)
    async with own_place.client() as http, own_place.client() as reader:
        customers = Customers(http, own_place.url)
        await customers.come()
        await asyncio.gather(*(customers.start(f"Warm up {number}") for number in range(WARM_UP)))
        await eventually(_none_left(customers), STUCK_SECONDS)
        began = time.monotonic()
        watching = [
            asyncio.create_task(_forever(LOOK_SECONDS, began, lambda at: _look(own_place, soak, at))),
            asyncio.create_task(_forever(READ_SECONDS, began, _reader(reader, customers, soak))),
        ]
        for number in range(seconds * A_MINUTE // 60):
            await asyncio.sleep(began + number * 60 / A_MINUTE - time.monotonic())
            await customers.start(f"Soak {number}")
        await asyncio.sleep(began + seconds - time.monotonic())
        for task in watching:
            task.cancel()
        for task in watching:
            with suppress(asyncio.CancelledError):
                await task
        with suppress(AssertionError):  # who is stuck is told below
            await eventually(_none_left(customers), STUCK_SECONDS)
        customers.leave()
    taken = [each.ended - each.started for each in customers.projects.values() if each.ended is not None]
    name = "minute" if part == A_MINUTE else f"{part} s"
    proof.row(
        f"a project of the shipped pipeline a second for {seconds} s, its four gates approved by who listens",
        len(customers.projects),
        "all delivered, none stuck",
        f"{len(taken)} delivered, {len(customers.unfinished)} stuck, {customers.decisions} decisions; p50 "
        f"{p50(taken):.1f} s, longest {max(taken):.1f} s; {len(customers.problems)} problems",
    )
    grown = []
    for what, series in soak.looks.items():
        first, last = (statistics.median(end) for end in soak.ends(series))
        memory = "memory" in what
        allowed = first * (1 + SHARE) + GROWTH if memory else first + MORE
        shown = (lambda value: f"{value / MIB:.1f} MB") if memory else (lambda value: f"{value:.0f}")
        proof.row(
            f"the same: {what}",
            len(series.values),
            f"flat: last {name} at most {shown(allowed)}",
            f"first {name} {shown(first)}, last {name} {shown(last)}",
        )
        # In the short form each end is a look or two, and a sandbox that is there just then has descriptors.
        if last > allowed and (memory or proof.is_full):
            grown.append(what)
    # Of the few reads of the short form, the slowest hundredth is the slowest one, which says more of the machine.
    shown_as, of = ("p99", p99) if proof.is_full else ("p50", p50)
    parts = [soak.reads.between(start, start + part) for start in range(0, seconds, part)]
    waits = [1000 * of(each) for each in parts if each]
    proof.row(
        "the same: reads (lists, projects, status, log, inbox)",
        len(soak.reads.values),
        f"{shown_as} under {1000 * MOST_WAIT:.0f} ms in each {name}",
        f"first {name} {waits[0]:.0f} ms, last {name} {waits[-1]:.0f} ms, the worst {max(waits):.0f} ms",
    )
    assert customers.unfinished == []
    assert customers.problems == []
    assert grown == []
    assert max(waits) < 1000 * MOST_WAIT
    assert own_place.deaths == []


def _none_left(customers: Customers) -> Callable[[], Awaitable[bool]]:
    async def none_left() -> bool:
        return not customers.unfinished

    return none_left


async def _forever(pause: float, began: float, work: Callable[[float], Awaitable[None]]) -> None:
    while True:
        await work(time.monotonic() - began)
        await asyncio.sleep(pause)


async def _look(place: Place, soak: Soak, at: float) -> None:
    for name, one in (("api", place.api), ("worker", place.worker)):
        process = psutil.Process(one.pid)
        soak.looks[f"memory of the {name}"].add(at, process.memory_info().rss)
        soak.looks[f"descriptors of the {name}"].add(at, process.num_fds())
        soak.looks[f"connections of the {name}"].add(at, len(process.net_connections("tcp")))
    async with await psycopg.AsyncConnection.connect(place.settings.database_url, autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        (count,) = await (await connection.execute(query)).fetchone() or (0,)
    soak.looks["connections to the database"].add(at, count)


def _reader(http: httpx2.AsyncClient, customers: Customers, soak: Soak) -> Callable[[float], Awaitable[None]]:
    kinds: Sequence[str] = ("/projects/", "/projects/{}", "/projects/{}/status", "/projects/{}/events", "/hitl/pending")
    turns = itertools.cycle(kinds)

    async def read(at: float) -> None:
        newest = next(reversed(customers.projects))
        began = time.perf_counter()
        answer = await http.get(V1 + next(turns).format(newest))
        soak.reads.add(at, time.perf_counter() - began)
        assert answer.status_code == 200, answer.text

    return read
