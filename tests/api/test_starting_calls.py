"""Requests without a running worker: they are durable, and take effect once one runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from temporalio.client import Client

from config.settings import Settings
from crew.protocol import Crews
from tests.api_client import V1, assert_problem, get, respond, start, wait_for_request, wait_for_status
from worker.worker import run_worker

Working = Callable[[], AbstractAsyncContextManager[None]]


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"respond_wait_seconds": 0.2})


@pytest.fixture
def working(temporal: Client, crews: Crews, settings: Settings) -> Working:
    """A context manager that runs a worker."""

    @asynccontextmanager
    async def working() -> AsyncIterator[None]:
        stop = asyncio.Event()
        worker = asyncio.create_task(run_worker(temporal, crews, settings, stop))
        try:
            yield
        finally:
            stop.set()
            await worker

    return working


async def test_requests_to_a_starting_project_take_effect_later(http: httpx2.AsyncClient, working: Working) -> None:
    paused, cancelled, other = await start(http), await start(http), await start(http)
    assert (await http.post(f"{V1}/projects/{paused}/pause")).status_code == 202
    assert (await http.post(f"{V1}/projects/{cancelled}/cancel")).status_code == 202
    assert_problem(await http.post(f"{V1}/projects/{other}/resume"), 409, "starting")
    assert (await get(http, f"/projects/{paused}"))["status"] == "starting"
    async with working():
        await wait_for_status(http, other, "waiting")
        await wait_for_status(http, paused, "paused")
        await wait_for_status(http, cancelled, "cancelled")


async def test_a_response_is_durable_until_a_worker_judges_it(http: httpx2.AsyncClient, working: Working) -> None:
    project_id = await start(http)
    async with working():
        request = await wait_for_request(http, project_id)
    decision_id = str(uuid4())
    for _ in range(2):
        answer = await respond(http, request["request_id"], "approve", decision_id=decision_id)
        assert answer.status_code == 202
        assert answer.json() == {
            "request_id": request["request_id"],
            "decision_id": decision_id,
            "outcome": None,
            "status": "submitted",
        }
    async with working():
        await wait_for_request(http, project_id, "plan")
    answer = await respond(http, request["request_id"], "approve", decision_id=decision_id)
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    assert len((await get(http, f"/hitl/{request['request_id']}"))["history"]) == 1
