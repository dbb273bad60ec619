"""A worker that serves its metrics, in this process."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.client import Client

from config.settings import Settings
from telemetry.engine import engine_metrics
from worker.metrics_server import serving_metrics
from workflows.client import connect


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest_asyncio.fixture(scope="module")
async def temporal(settings: Settings) -> Client:
    return await connect(with_metrics=True)


@pytest_asyncio.fixture(scope="module")
async def worker_url(settings: Settings, temporal: Client, worker: None) -> AsyncIterator[str]:
    """The address of the metrics of a running worker."""
    served = settings.model_copy(update={"metrics_port": free_port()})
    async with serving_metrics(served, engine_metrics()):
        yield f"http://127.0.0.1:{served.metrics_port}"
