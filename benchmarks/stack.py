"""A stack of the benchmark's own: every server and both our processes, as `botarmy up` runs them, in a folder."""

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
from cli.stack.datadir import DataDir
from cli.stack.programs import health
from cli.stack.stack import Stack
from config.settings import Settings

PIPELINES = Path(__file__).with_name("pipelines")
BRIEF = (Path(__file__).parents[1] / "examples" / "url-shortener.md").read_text(encoding="utf-8")
FOREIGN = ("BOTARMY_", "TEMPORAL_", "DATABASE_URL", "REDIS_URL")
"""How the names of what would lead our processes to other servers, or change them, begin."""

READY_SECONDS = 60.0


def isolate(folder: Path) -> None:
    """Let this process and those it starts know nothing but their defaults, and our pipelines."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    os.environ["BOTARMY_PIPELINES_DIR"] = str(PIPELINES)
    os.chdir(folder)  # away from any `.env`


@dataclass(frozen=True)
class Bench:
    """What the figures are measured on, and how much of it: `quick` only proves that they can be."""

    url: str
    client: Client
    temporal: temporalio.client.Client
    temporal_address: str
    stack: Stack
    quick: bool

    def count(self, whole: int, quick: int) -> int:
        return quick if self.quick else whole

    @property
    def pids(self) -> dict[str, int]:
        """The processes of the stack by name, as they are now."""
        return self.stack.state().pids

    async def renew(self) -> None:
        """Have worker and api replaced by new processes, so that no earlier load shows in their memory."""
        before = self.pids
        for name in ("worker", "api"):
            psutil.Process(before[name]).terminate()
        deadline = time.monotonic() + READY_SECONDS
        while not await self._renewed(before):
            if time.monotonic() > deadline:
                raise TimeoutError("worker and api did not come back")
            await asyncio.sleep(0.1)
        await self.warm_up()

    async def warm_up(self) -> None:
        """Run one project to its end: first runs import and connect."""
        async with Feed.opened(self.url) as feed:
            await deliver(self.client, feed, BRIEF)

    async def _renewed(self, before: dict[str, int]) -> bool:
        now = self.pids
        if any(now.get(name, before[name]) == before[name] for name in ("worker", "api")):
            return False
        try:
            return set((await health(self.url)).values()) == {"ok"}
        except (httpx2.HTTPError, ValueError, KeyError):  # it does not answer yet
            return False


async def deliver(api: Client, feed: Feed, brief: str) -> None:
    """Start a five-stage project, approve at its gate when the socket tells of it, and hear of its completion."""
    project_id = await api.create("five-stages", brief)
    feed.follow(project_id)
    await api.approve(await feed.request(project_id))
    await feed.completed(project_id)


@asynccontextmanager
async def running(folder: Path, *, quick: bool) -> AsyncIterator[Bench]:
    """A stack on free ports, warmed up; it ends with the block, and with this process."""
    data = DataDir(folder)
    with data.locked():
        stack = Stack(data, Settings(_env_file=None, data_dir=folder, port=0))
        try:
            state = await stack.start()
            temporal = await temporalio.client.Client.connect(state.temporal)
            async with client(state.api) as api:
                bench = Bench(state.api, api, temporal, state.temporal, stack, quick)
                await bench.warm_up()
                yield bench
        finally:
            await stack.stop()


def say(what: str) -> None:
    """Tell on standard error how far the benchmark is; the table alone goes to standard output."""
    print(what, file=sys.stderr, flush=True)
