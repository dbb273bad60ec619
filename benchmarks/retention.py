"""Measures what a project stores, how fast old ones are removed, and how readers and writers fare meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from benchmarks.cloned_projects import age, clone, rows
from benchmarks.feed import Feed
from benchmarks.growth import growth, sizes
from benchmarks.stack import BRIEF, Bench, deliver, say
from benchmarks.table import Row
from config.settings import Settings
from models.contracts.event_data import ErrorEvent
from store import removal
from store.bus import Bus
from store.database import Database
from store.transaction import Store
from worker.retention import Retention

DAYS = 30
LONG_LOG = 100_000
EVENTS_AT_ONCE = 5_000


async def measure(bench: Bench) -> list[Row]:
    state = bench.stack.state()
    settings = Settings(_env_file=None, database_url=state.database, redis_url=state.redis, retention_days=DAYS)
    database, bus = Database(settings), Bus(settings)
    try:
        store = Store(database, bus)
        found = [await _growth(bench, database)]
        found += await _removal(bench, store, settings)
        return [*found, await _long_log(bench, store)]
    finally:
        await bus.close()
        await database.close()


async def _growth(bench: Bench, database: Database) -> Row:
    """Deliver projects one after the other, as in daily use, and compare the sizes of the tables."""
    count = bench.count(100, 2)
    before = await sizes(database)
    for _ in range(count):
        async with Feed.connected(bench.url) as feed:  # one socket follows at most 100 projects
            await deliver(bench.client, feed, BRIEF)
    after = await sizes(database)
    return growth("a project of five short steps and one gate", before, after, count)


async def _removal(bench: Bench, store: Store, settings: Settings) -> list[Row]:
    project_id = await bench.client.create("five-stages", BRIEF)  # it waits at its gate, and is read meanwhile
    copies = bench.count(10, 2)
    await age(store.database, DAYS + 1)
    await clone(store.database, 1, copies, DAYS + 1)
    before, retention = await rows(store.database), Retention(store, settings)

    async def read() -> None:
        await bench.client.get("/projects/", limit=50)
        await bench.client.get(f"/projects/{project_id}/status")

    async def write() -> None:
        await bench.client.create("five-stages", BRIEF)

    found: list[Row] = []
    for name, call in (("reads a list and a status", read), ("starts a project", write)):
        alone: list[float] = []
        async with _repeated(call, alone):
            await asyncio.sleep(bench.count(10, 1))
        found.append(Row(f"{name}: alone", seconds=alone))
    say(f"  removing {before} rows")
    reading, writing = list[float](), list[float]()
    started, removed = time.perf_counter(), 0
    async with _repeated(read, reading), _repeated(write, writing):
        while (batch := await retention.remove_projects()) > 0:
            removed += batch
    wall = time.perf_counter() - started
    gone = before - await rows(store.database)
    return [
        Row(
            "removing old projects, one worker, beside a reader and a writer",
            {"projects": removed, "rows": gone, "s": wall, "projects/s": removed / wall, "rows/s": gone / wall},
        ),
        *found,
        Row("reads a list and a status: while projects are removed", seconds=reading),
        Row("starts a project: while projects are removed", seconds=writing),
    ]


async def _long_log(bench: Bench, store: Store) -> Row:
    """Remove one project with a long log."""
    count = bench.count(LONG_LOG, 100)
    async with Feed.connected(bench.url) as feed:
        project_id = await bench.client.create("five-stages", BRIEF)
        feed.follow(project_id)
        await bench.client.approve(await feed.request(project_id))
        await feed.completed(project_id)
    for start in range(0, count, EVENTS_AT_ONCE):
        async with store.transaction(UUID(project_id)) as tx:
            for number in range(start, min(count, start + EVENTS_AT_ONCE)):
                tx.record(ErrorEvent(message="x" * 100), key=f"benchmark:{number}")
    started = time.perf_counter()
    async with store.database.writing(removal.SECONDS) as connection:
        assert await removal.remove(connection, UUID(project_id)) is not None
    return Row(f"removing a project with {count} events", {"s": time.perf_counter() - started})


@asynccontextmanager
async def _repeated(call: Callable[[], Awaitable[None]], seconds: list[float]) -> AsyncIterator[None]:
    """Make calls one after the other inside the block, and note how long each takes."""

    async def run() -> None:
        while True:
            started = time.perf_counter()
            await call()
            seconds.append(time.perf_counter() - started)

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
