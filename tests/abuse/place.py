"""Our processes on the servers of the session: APIs and a worker that are abused, and looked at from outside."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import psutil
import pytest
from temporalio.client import Client

from cli.stack.datadir import DataDir
from cli.stack.embedded import Servers
from config.settings import Settings
from tests.faults.processes import Api, Worker
from tests.faults.supervised_process import SupervisedProcess, log_of

PIPELINES = Path(__file__).with_name("pipelines")


class Place:
    """APIs and a worker, each kept running; `deaths` tells of those that had to be."""

    def __init__(
        self, folder: Path, settings: Settings, apis: list[SupervisedProcess], worker: SupervisedProcess
    ) -> None:
        self.folder, self.settings, self.apis, self.worker = folder, settings, apis, worker

    @property
    def api(self) -> SupervisedProcess:
        return self.apis[0]

    @property
    def url(self) -> str:
        return self.api.component.address

    @property
    def deaths(self) -> list[str]:
        return [death for each in (*self.apis, self.worker) for death in each.deaths]

    def connections(self, one: SupervisedProcess) -> list[object]:
        """The TCP connections of a process, whoever opened them."""
        return [each for each in psutil.Process(one.pid).net_connections("tcp") if each.status == "ESTABLISHED"]

    def log(self, one: SupervisedProcess) -> str:
        """What a process has said so far."""
        return log_of(self.folder, one)

    @asynccontextmanager
    async def client(self, api: SupervisedProcess | None = None) -> AsyncIterator[httpx2.AsyncClient]:
        """A client of one API; paths are whole."""
        # The API closes a connection that was idle for 5 s, maybe at the moment in which we would use it again.
        limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200, keepalive_expiry=2)
        url = (api or self.api).component.address
        async with httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False, limits=limits) as client:
            yield client


@asynccontextmanager
async def placed(
    servers: Servers,
    settings: Settings,
    temporal: Client,
    folder: Path,
    apis: int = 1,
    worker_kind: type[Worker] = Worker,
    **more: str,
) -> AsyncIterator[Place]:
    """So many APIs and a worker with the module's database, queue and channels, and `more` in their environment."""
    environment = {
        **servers.environment(),
        "DATABASE_URL": settings.database_url,
        "BOTARMY_TASK_QUEUE": settings.task_queue,
        "BOTARMY_CHANNEL_PREFIX": settings.channel_prefix,
        "BOTARMY_PIPELINES_DIR": str(PIPELINES),
        "BOTARMY_LOG_FORMAT": "json",
        **more,
    }
    data = DataDir(folder)
    data.create()
    with pytest.MonkeyPatch.context() as patch:
        # A developer's own settings are not for these processes.
        for name in [name for name in os.environ if name.startswith("BOTARMY_")]:
            patch.delenv(name)
        made = [
            SupervisedProcess(data, Api(f"api-{number}", "api", environment, folder)) for number in range(1, apis + 1)
        ]
        worker = SupervisedProcess(data, worker_kind("worker", "worker", environment, folder, temporal))
        async with AsyncExitStack() as stack:
            for each in (*made, worker):
                stack.push_async_callback(each.stop)
            await asyncio.gather(*(each.start() for each in (*made, worker)))
            yield Place(folder, settings, made, worker)


def resident(pid: int) -> int:
    """Bytes of memory."""
    return int(psutil.Process(pid).memory_info().rss)
