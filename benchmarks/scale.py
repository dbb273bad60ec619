"""Measures lists, the inbox and a project's status among 1,000, 10,000 and 100,000 projects, and in a long log.

An API of its own runs on a database of its own, without a worker: a worker would start the open projects.
"""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from os import environ

from benchmarks.by_hand.running import accepts, create_database, started
from benchmarks.client import Client, client
from benchmarks.processes import cpu_seconds, used_since
from benchmarks.scale_data import OPEN, ScaleData, id_of
from benchmarks.signing_in import using
from benchmarks.stack import Bench, say
from benchmarks.table import Aim, Row
from benchmarks.timing import p99
from cli.stack.checkout import CHECKOUT, python_path
from cli.stack.ports import free_port
from config.settings import Settings
from pipelines.catalogue import load_pipeline
from store import events
from store.database import Database

WARM = 20
"""Calls before those that are measured: PostgreSQL prepares a statement after a few."""

AIM_MS = 20.0


@dataclass(frozen=True)
class Scaled:
    """The API among these projects."""

    client: Client
    data: ScaleData
    database: Database
    pids: Mapping[str, int]


async def measure(bench: Bench) -> list[Row]:
    sizes, calls = bench.count(3, 1), bench.count(200, 5)
    rows: list[Row] = []
    async with _scaled(bench) as scaled:
        for projects in [1_000, 10_000, 100_000][:sizes]:
            started_at = time.monotonic()
            await scaled.data.grow(projects)
            say(f"  {projects} projects written in {time.monotonic() - started_at:.0f} s")
            rows += [await _row(scaled, what, call, calls) for what, call in _calls(scaled, projects).items()]
        length = bench.count(100_000, 1_000)
        await scaled.data.lengthen(length)
        rows += [await _row(scaled, what, call, calls) for what, call in _in_log(scaled.client, length).items()]
    return rows


@asynccontextmanager
async def _scaled(bench: Bench) -> AsyncIterator[Scaled]:
    address, port, token = await create_database(bench, "scale"), free_port(), secrets.token_hex(32)
    variables = {
        **python_path(),
        "DATABASE_URL": address,
        "REDIS_URL": bench.stack.state().redis,
        "TEMPORAL_ADDRESS": bench.temporal_address,
        "BOTARMY_ADMIN_TOKEN": token,
        "BOTARMY_CHANNEL_PREFIX": "scale",
        "BOTARMY_PORT": str(port),
        "BOTARMY_LOG_LEVEL": "WARNING",
    }
    migrate = [sys.executable, "-m", "alembic", "upgrade", "head"]
    await asyncio.to_thread(
        subprocess.run, migrate, cwd=CHECKOUT, env={**environ, **variables}, check=True, capture_output=True
    )
    database = Database(Settings(_env_file=None, database_url=address))
    try:
        with using(token):
            async with started(variables, "api") as pid, client(f"http://127.0.0.1:{port}") as api:
                await accepts(port)
                data = ScaleData(address, load_pipeline(CHECKOUT / "pipelines" / "software-delivery.yaml"))
                yield Scaled(api, data, database, {"api": pid, "postgres": bench.pids["postgres"]})
    finally:
        await database.close()


def _calls(scaled: Scaled, projects: int) -> dict[str, Callable[[], Awaitable[object]]]:
    """Return what is measured among that many projects."""
    api, middle = scaled.client, projects // 2
    waiting = id_of(1, projects - projects % OPEN)

    async def heads() -> None:
        async with scaled.database.reading() as connection:
            await events.heads_of_open_projects(connection, datetime.now(UTC))

    return {
        f"{projects} projects: the list": lambda: api.get("/projects/"),
        f"{projects} projects: the list of those that wait": lambda: api.get("/projects/", status="waiting"),
        f"{projects} projects: a search by name": lambda: api.get("/projects/", search=f"shop {middle:x}"),
        f"{projects} projects: their counts": lambda: api.get("/project-counts"),
        f"{projects} projects: the inbox": lambda: api.get("/hitl/pending"),
        f"{projects} projects: a project's status": lambda: api.get(f"/projects/{waiting}/status"),
        f"{projects} projects: a project": lambda: api.get(f"/projects/{id_of(1, middle)}"),
        f"{projects} projects: the heads of those that are open": heads,
    }


def _in_log(api: Client, length: int) -> dict[str, Callable[[], Awaitable[object]]]:
    path = f"/projects/{id_of(1, 1)}"
    return {
        f"a log of {length} events: the last 100": lambda: api.get(f"{path}/events", since=length - 100),
        f"a log of {length} events: 100 in its middle": lambda: api.get(f"{path}/events", since=length // 2, limit=100),
        f"a log of {length} events: its project": lambda: api.get(path),
    }


async def _row(scaled: Scaled, what: str, call: Callable[[], Awaitable[object]], calls: int) -> Row:
    """Measure calls, one after the other."""
    for _ in range(WARM):
        await call()
    before, seconds = cpu_seconds(scaled.pids), []
    for _ in range(calls):
        begun = time.perf_counter()
        await call()
        seconds.append(time.perf_counter() - begun)
    used = used_since(before, scaled.pids)
    cpu = {f"ms CPU of {name}": 1000 * used[name] / calls for name in scaled.pids}
    return Row(what, cpu, seconds, Aim(1000 * p99(seconds), AIM_MS, "ms at p99"))
