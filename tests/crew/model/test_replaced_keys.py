"""A key that the provider stops accepting in the middle of a step, and the same task continuing with another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
import pytest_asyncio
from temporalio.client import Client

from cli.stack.embedded import Servers
from config.settings import Settings
from crew.providers import InstalledCrews
from tests.api_client import decide, get, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.crew.model.test_model_delivery import PIPELINES
from tests.provider import Provider, Request, Turn, running
from tests.provider.greeter import FILES, GREETER
from tests.provider.script import Step
from tests.provider.scripts import calling, changed, coding, software_delivery
from worker.worker import run_worker

NEW_KEY = "planted-key-of-the-next-month-77c1"


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"pipelines_dir": PIPELINES, "model_prices": {MODEL: (1.0, 2.0)}})


@asynccontextmanager
async def worker_with(key: str, provider: Provider, temporal: Client, settings: Settings) -> AsyncIterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", provider.openai_url)
        patch.setenv("OPENAI_API_KEY", key)
        stop = asyncio.Event()
        working = asyncio.create_task(run_worker(temporal, InstalledCrews(settings), settings, stop))
        yield
        stop.set()
        await working


async def test_a_step_goes_on_from_its_transcript_with_a_new_key(
    http: httpx2.AsyncClient, temporal: Client, settings: Settings
) -> None:
    def revoked(request: Request) -> Turn:
        provider.key = NEW_KEY
        return calling("list_files")

    turns: list[Step] = [calling("list_files"), revoked, *coding(FILES)]
    async with running(changed(software_delivery(GREETER), {"build": turns}), key=KEY) as provider:
        async with worker_with(KEY, provider, temporal, settings):
            project = await start(http, model=MODEL, pipeline="only-build")
            request = await wait_for_request(http, project, "build")
        assert "rejected the key. Set OPENAI_API_KEY, restart the worker, and try again." in request["question"]
        assert KEY not in str(request)
        async with worker_with(NEW_KEY, provider, temporal, settings):
            await decide(http, request, "approve")
            await wait_for_status(http, project, "completed")
        tasks = (await get(http, f"/projects/{project}/status"))["tasks"]
        task = tasks[0]
        assert len(tasks) == 1, tasks
        assert (task["task_id"], task["round"]) == (request["task_id"], 1)
        asked_once = {("build#1", turn): 1 for turn in range(1, len(turns) + 1)}
        assert provider.calls.counts == {**asked_once, ("build#1", 3): 2}  # the one that was refused, again
        transcript = await get(http, f"/tasks/{task['task_id']}/transcript")
        assert len(transcript["turns"]) == len(turns)
