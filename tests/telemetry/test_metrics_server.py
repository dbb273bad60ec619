"""The port of a worker's metrics, and the metrics of processes of their own."""

from __future__ import annotations

import asyncio
import socket

import httpx2
import pytest
import structlog
from temporalio.runtime import Runtime, TelemetryConfig

from cli.stack.embedded import Servers
from config.settings import Settings
from telemetry.engine import EngineMetrics
from tests.api_client import start, wait_for_request
from tests.serving import program_environment
from tests.telemetry.conftest import free_port
from tests.telemetry.processes import process
from tests.telemetry.scraping import Scrape, scrape, scrape_until
from tests.waiting import eventually
from worker.metrics_server import serving_metrics


@pytest.fixture
def engine() -> EngineMetrics:
    metrics = EngineMetrics()
    Runtime(telemetry=TelemetryConfig(metrics=metrics.buffer))
    return metrics


async def first_scrape(url: str) -> Scrape:
    """Return what a process says that is starting."""

    async def check() -> Scrape | None:
        try:
            return await scrape(url)
        except httpx2.TransportError:
            return None

    return await eventually(check)


async def test_a_port_that_is_taken_is_one_clear_line_and_the_worker_runs_on(
    settings: Settings, engine: EngineMetrics
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, structlog.testing.capture_logs() as logs:
        port = taken.getsockname()[1]
        ran = False
        async with serving_metrics(settings.model_copy(update={"metrics_port": port}), engine):
            ran = True
    assert ran
    (line,) = logs
    assert (line["event"], line["address"], line["log_level"]) == ("metrics_not_served", f"127.0.0.1:{port}", "error")
    assert "in use" in line["reason"]
    assert "BOTARMY_METRICS_PORT" in line["todo"]


async def test_on_loopback_only_names_of_loopback_are_answered(settings: Settings, engine: EngineMetrics) -> None:
    port = free_port()
    async with (
        serving_metrics(settings.model_copy(update={"metrics_port": port}), engine),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        for host in ("127.0.0.1:1", "localhost", "[::1]:9464"):
            assert (await client.get("/metrics", headers={"Host": host})).status_code == 200
        for host in ("evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""):
            assert (await client.get("/metrics", headers={"Host": host})).status_code == 421
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_without_a_port_nothing_is_served(settings: Settings) -> None:
    never_read = EngineMetrics()  # no runtime fills it, so that reading it would raise
    async with serving_metrics(settings, never_read):
        await asyncio.sleep(0)


async def test_two_apis_and_two_workers_are_scraped_each_for_itself(
    servers: Servers, settings: Settings, http: httpx2.AsyncClient
) -> None:
    apis, metrics = [free_port(), free_port()], [free_port(), free_port()]
    environment = program_environment(servers, settings)
    async with (
        process("api", environment | {"BOTARMY_PORT": str(apis[0])}),
        process("api", environment | {"BOTARMY_PORT": str(apis[1])}),
        process("worker", environment | {"BOTARMY_METRICS_PORT": str(metrics[0])}),
        process("worker", environment | {"BOTARMY_METRICS_PORT": str(metrics[1])}),
    ):
        urls = [f"http://127.0.0.1:{port}" for port in (*apis, *metrics)]
        for url in urls:
            await first_scrape(url)
        projects = [await start(http) for _ in range(4)]
        for project in projects:
            await wait_for_request(http, project)
        for url in urls[:2]:  # the same figures of the database from each
            await scrape_until(url, "botarmy_gates_open", 4)

        async def all_steps() -> bool:
            counts = [(await scrape(url)).sum("botarmy_step_duration_seconds_count") for url in urls[2:]]
            return sum(counts) == 4

        await eventually(all_steps)
        for url in urls[2:]:
            assert (await scrape(url)).sum("temporal_worker_start_total") == 2  # steps and records


async def test_a_worker_whose_port_is_taken_still_works(
    servers: Servers, settings: Settings, http: httpx2.AsyncClient
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = program_environment(servers, settings)
        port = str(taken.getsockname()[1])
        async with process("worker", environment | {"BOTARMY_METRICS_PORT": port}) as worker:
            await wait_for_request(http, await start(http))
            assert worker.returncode is None
