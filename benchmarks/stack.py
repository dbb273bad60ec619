"""The benchmark's stack: every server, the worker and the api, as `botarmy up` runs them."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import temporalio.client

from benchmarks.client import Client, client
from benchmarks.feed import Feed
from benchmarks.signing_in import using
from cli.stack.datadir import DataDir
from cli.stack.processes import health
from cli.stack.stack import Stack
from config.settings import Settings

PIPELINES = Path(__file__).with_name("pipelines")
BRIEF = (Path(__file__).parents[1] / "examples" / "url-shortener.md").read_text(encoding="utf-8")
FOREIGN = ("BOTARMY_", "OTEL_", "TEMPORAL_", "DATABASE_URL", "REDIS_URL")
"""Prefixes of environment variables that would point our processes at other servers, or change their settings."""

READY_SECONDS = 60.0


def isolate(folder: Path) -> None:
    """Reset this process and those it starts to default settings, with the benchmark's pipelines."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    os.environ["BOTARMY_PIPELINES_DIR"] = str(PIPELINES)
    os.chdir(folder)  # without a `.env`


@dataclass(frozen=True)
class Bench:
    """The stack that is measured; `quick` uses small counts, only to check that everything works."""

    folder: Path
    url: str
    client: Client
    temporal: temporalio.client.Client
    temporal_address: str
    stack: Stack
    quick: bool
    token: str | None

    def count(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    @property
    def pids(self) -> dict[str, int]:
        """The current process ids of the stack by name."""
        return self.stack.state().pids

    async def renew(self) -> None:
        """Replace worker and api by new processes, so that their memory shows no earlier load."""
        before = self.pids
        for name in ("worker", "api"):
            psutil.Process(before[name]).terminate()
        await self.renewed(before)
        await self.warm_up()

    async def renewed(self, before: dict[str, int]) -> None:
        """Wait until worker and api are other processes than `before`, and ready."""
        deadline = time.monotonic() + READY_SECONDS
        while not await self._renewed(before):
            if time.monotonic() > deadline:
                raise TimeoutError("worker and api did not restart in time")
            await asyncio.sleep(0.1)

    async def warm_up(self) -> None:
        """Run one project to its end: first runs import modules and open connections."""
        async with Feed.connected(self.url) as feed:
            await deliver(self.client, feed, BRIEF)

    async def _renewed(self, before: dict[str, int]) -> bool:
        now = self.pids
        if any(now.get(name, before[name]) == before[name] for name in ("worker", "api")):
            return False
        try:
            return set((await health(self.url)).values()) == {"ok"}
        except (httpx2.HTTPError, ValueError, KeyError):  # not ready yet
            return False


async def deliver(api: Client, feed: Feed, brief: str) -> None:
    """Start a five-stage project, approve its request when it arrives on the socket, and wait for its completion."""
    project_id = await api.create("five-stages", brief)
    feed.follow(project_id)
    await api.approve(await feed.request(project_id))
    await feed.completed(project_id)


@asynccontextmanager
async def running(folder: Path, *, quick: bool, worker: str = "worker", workers: int = 1) -> AsyncIterator[Bench]:
    """Start and warm up a stack on free ports, with a package that is a worker, in one or several processes. It ends
    with the block, and with this process."""
    data = DataDir(folder)
    with data.locked():
        stack = Stack(data, Settings(_env_file=None, data_dir=folder, port=0), worker=worker, workers=workers)
        try:
            state = await stack.start()
            temporal = await temporalio.client.Client.connect(state.temporal)
            with using(data.read_token()):
                async with client(state.api) as api:
                    bench = Bench(folder, state.api, api, temporal, state.temporal, stack, quick, data.read_token())
                    await bench.warm_up()
                    yield bench
        finally:
            await stack.stop()


def say(message: str) -> None:
    """Print progress to standard error; only the table goes to standard output."""
    print(message, file=sys.stderr, flush=True)
