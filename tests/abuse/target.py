"""The target of the abuse: APIs and a worker as processes, on the servers of the test session."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
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
from tests.signing_in import ADMIN_TOKEN, ENVIRONMENT, signed_in

PIPELINES = Path(__file__).with_name("pipelines")


class Target:
    """APIs and a worker, each supervised; `deaths` lists the processes that ended and were restarted."""

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

    def connections(self, process: SupervisedProcess) -> list[object]:
        """Return the established TCP connections of a process."""
        return [each for each in psutil.Process(process.pid).net_connections("tcp") if each.status == "ESTABLISHED"]

    def log(self, process: SupervisedProcess) -> str:
        """Return the log of a process."""
        return log_of(self.folder, process)

    @asynccontextmanager
    async def client(self, api: SupervisedProcess | None = None) -> AsyncIterator[httpx2.AsyncClient]:
        """Return a client of one API, for full paths."""
        # The API closes connections after 5 idle seconds, possibly just when this client reuses one.
        limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200, keepalive_expiry=2)
        url = (api or self.api).component.address
        async with signed_in(url, timeout=60, limits=limits) as client:
            yield client


@asynccontextmanager
async def running_target(
    servers: Servers,
    settings: Settings,
    temporal: Client,
    folder: Path,
    apis: int = 1,
    worker_kind: type[Worker] = Worker,
    more: Mapping[str, str] = {},
) -> AsyncIterator[Target]:
    """Start APIs and a worker on the settings' database, queue and channels, with `more` in their environment."""
    environment = {
        **servers.environment(),
        "DATABASE_URL": settings.database_url,
        "BOTARMY_TASK_QUEUE": settings.task_queue,
        "BOTARMY_CHANNEL_PREFIX": settings.channel_prefix,
        "BOTARMY_PIPELINES_DIR": str(PIPELINES),
        "BOTARMY_LOG_FORMAT": "json",
        **ENVIRONMENT,
        **more,
    }
    data = DataDir(folder)
    data.create()
    with pytest.MonkeyPatch.context() as patch:
        # These processes must not use a developer's settings.
        for name in [name for name in os.environ if name.startswith("BOTARMY_")]:
            patch.delenv(name)
        patch.setenv("BOTARMY_TOKEN", ADMIN_TOKEN)
        processes = [
            SupervisedProcess(data, Api(f"api-{number}", "api", environment, folder)) for number in range(1, apis + 1)
        ]
        worker = SupervisedProcess(data, worker_kind("worker", "worker", environment, folder, temporal))
        async with AsyncExitStack() as stack:
            for each in (*processes, worker):
                stack.push_async_callback(each.stop)
            await asyncio.gather(*(each.start() for each in (*processes, worker)))
            yield Target(folder, settings, processes, worker)


def resident(pid: int) -> int:
    """Return the resident memory of a process in bytes."""
    return int(psutil.Process(pid).memory_info().rss)
