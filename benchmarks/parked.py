"""Measures the cost of two thousand idle projects that wait at a gate.

On a slow machine, there are as many as can be started in PARK_SECONDS; the table shows the number.
"""

from __future__ import annotations

import asyncio
import time

import psycopg

from benchmarks.processes import cpu_seconds, resident, used_since
from benchmarks.stack import BRIEF, Bench, say
from benchmarks.table import Aim, Row
from benchmarks.timing import few_at_once

CREATED_AT_ONCE = 24
BATCH = 200
PARK_SECONDS = 110.0
OURS = ("worker", "api")
GROWING = (*OURS, "temporal")


async def measure(bench: Bench) -> list[Row]:
    await bench.renew()
    before, stored = _memory(bench), await _stored(bench)
    started = time.perf_counter()
    count = await _park(bench, bench.count(2000, 20))
    parked_in = time.perf_counter() - started
    say(f"  {count} projects parked in {parked_in:.0f} s")
    await asyncio.sleep(bench.count(5, 0))  # let caches shrink
    growth = {name: now - before[name] for name, now in _memory(bench).items()}
    growth["database"] = await _stored(bench) - stored
    window = bench.count(15, 2)
    used = cpu_seconds(bench.pids)
    await asyncio.sleep(window)
    shares = {name: 100 * used / window for name, used in used_since(used, bench.pids).items()}
    ours = sum(shares[name] for name in OURS)
    kib = {f"KiB {name}": each / 1024 / count for name, each in growth.items()}
    others = {f"% {name}": share for name, share in shares.items() if name in ("temporal", "postgres", "redis")}
    return [
        Row(
            f"{count} projects parked at a gate: CPU of worker and api",
            {"% of a core": ours, **{f"% {name}": shares[name] for name in OURS}},
            aim=Aim(ours, 2, "% of a core"),
        ),
        Row(f"{count} projects parked: CPU of the servers", others),
        Row(f"{count} projects parked: memory a project", kib),
        Row(f"{count} projects started and parked", {"projects/s": count / parked_in, "s": parked_in}),
    ]


async def _park(bench: Bench, count: int) -> int:
    """Start projects in batches and wait until they are parked. Returns how many there was time for."""
    deadline = time.monotonic() + PARK_SECONDS
    parked = 0
    while parked < count and time.monotonic() < deadline:
        batch = range(min(BATCH, count - parked))
        await few_at_once(lambda _: bench.client.create("one-gate", BRIEF), batch, CREATED_AT_ONCE)
        while True:
            if not await _are_starting(bench):
                break
            await asyncio.sleep(0.1)
        parked += len(batch)
    return parked


async def _are_starting(bench: Bench) -> bool:
    pages = [await bench.client.get("/projects/", status=status, limit=1) for status in ("starting", "active")]
    return any(page["items"] for page in pages)


def _memory(bench: Bench) -> dict[str, int]:
    return {name: resident(bench.pids[name]) for name in GROWING}


async def _stored(bench: Bench) -> int:
    """Return the bytes that the database takes on disk."""
    async with await psycopg.AsyncConnection.connect(bench.stack.state().database) as connection:
        row = await (await connection.execute("SELECT pg_database_size(current_database())")).fetchone()
    assert row is not None
    return int(row[0])
