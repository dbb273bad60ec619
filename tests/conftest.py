"""Real servers, started once per session. Each module has a separate database, task queue and channels."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import hypothesis
import psycopg
import pytest
import pytest_asyncio
import structlog
from temporalio.client import Client
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.worker._workflow import _WorkflowWorker

from cli.stack.embedded import Servers, embedded_servers
from config.settings import Settings
from crew.protocol import Crews
from crew.providers import InstalledCrews
from store.bus import Bus
from store.database import Database
from store.transaction import Store
from tests.checkout import CHECKOUT
from tests.serving import served
from tests.signing import register_key
from tests.signing_in import ADMIN_NAME, ADMIN_TOKEN, signed_in
from tests.waiting import PATIENCE_SECONDS
from worker.worker import run_worker
from workflows.client import connect

pytest_plugins = ["tests.proving", "tests.watchdog"]

# No deadlines, because the machine may be busy. The same examples every time, so that a failure is due to a change;
# `--hypothesis-profile explore` searches for new ones.
PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("explore", PATIENT, max_examples=1000)
hypothesis.settings.register_profile("tests", PATIENT, derandomize=True)
hypothesis.settings.load_profile("tests")


# The SDK's core warns about features that the time-skipping server lacks. Errors are still printed.
Runtime.set_default(
    Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(TelemetryFilter(core_level="ERROR", other_level="ERROR")))),
    error_if_already_set=False,  # this module is imported as conftest and as tests.conftest
)

# The SDK fails a workflow task that takes 2 s, as any may on a busy machine; its worker may then never stop.
_new_workflow_worker = _WorkflowWorker.__init__


def _patient(self: _WorkflowWorker, *args: Any, **options: Any) -> None:
    _new_workflow_worker(self, *args, **options)
    self._deadlock_timeout_seconds = int(PATIENCE_SECONDS)


_WorkflowWorker.__init__ = _patient  # type: ignore[method-assign]

# Plain lines to standard output, which pytest captures. The default renders every local variable of a traceback.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(bool_as_flag=False),
    ]
)


@pytest.hookimpl(trylast=True)  # after pytest has selected by -m
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files: those with the longest time limit first, then those with the most tests. xdist hands out whole
    files in this order, and a long one that started last would run alone."""
    files = defaultdict[Path, list[pytest.Item]](list)
    for item in items:
        files[item.path].append(item)

    def weight(tests: list[pytest.Item]) -> tuple[float, int]:
        limits = [mark.args[0] for test in tests for mark in test.iter_markers("timeout")]
        return max(limits, default=0), len(tests)

    items[:] = [test for tests in sorted(files.values(), key=weight, reverse=True) for test in tests]


def pytest_collection_finish() -> None:
    """Exclude what has been imported from later garbage collections, each of which would take half a second."""
    gc.collect()
    gc.freeze()


@pytest_asyncio.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """PostgreSQL, Valkey and Temporal. The database `botarmy` is migrated, and is the template of all others."""
    async with embedded_servers(tmp_path_factory.mktemp("servers")) as servers:
        command = [sys.executable, "-m", "alembic", "upgrade", "head"]
        environment = os.environ | servers.environment() | {"PYTHONPATH": str(CHECKOUT)}
        await asyncio.to_thread(subprocess.run, command, cwd=CHECKOUT, env=environment, check=True, capture_output=True)
        await register_key(servers.database)
        yield servers


@asynccontextmanager
async def own_settings(servers: Servers) -> AsyncIterator[Settings]:
    """Settings with a separate database, task queue and channels."""
    name = f"t{uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(servers.database, autocommit=True) as connection:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE botarmy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", servers.temporal)
        yield Settings(
            _env_file=None,
            database_url=servers.database.removesuffix("/botarmy") + f"/{name}",
            redis_url=servers.redis,
            temporal_ui_url="http://127.0.0.1:8233",
            task_queue=name,
            channel_prefix=name,
            sweep_seconds=0.5,
            worker_drain_seconds=10,
            admin_token=ADMIN_TOKEN,
            admin_name=ADMIN_NAME,
            sign_ins_per_minute=0,
            unknown_credentials_per_minute=0,
            respond_wait_seconds=30,  # so that a busy machine does not turn a 200 into a 202
        )


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    """The module's settings. Override this to change one of them for a module."""
    async with own_settings(servers) as settings:
        yield settings


@asynccontextmanager
async def own_store(settings: Settings) -> AsyncIterator[Store]:
    """A separate store with these settings."""
    database, bus = Database(settings), Bus(settings)
    try:
        yield Store(database, bus)
    finally:
        await bus.close()
        await database.close()


@pytest_asyncio.fixture(scope="module")
async def store(settings: Settings) -> AsyncIterator[Store]:
    """A store on the module's database."""
    async with own_store(settings) as store:
        yield store


@pytest_asyncio.fixture(scope="module")
async def temporal(settings: Settings) -> Client:
    return await connect()


@pytest.fixture(scope="module")
def crews(settings: Settings) -> Crews:
    """The crews of the module's worker. Override this for other agents."""
    return InstalledCrews(settings)


@pytest_asyncio.fixture(scope="module")
async def worker(settings: Settings, temporal: Client, crews: Crews) -> AsyncIterator[None]:
    """A worker in this process, with its sweeper."""
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(temporal, crews, settings, stop))
    yield
    stop.set()
    await working


@pytest_asyncio.fixture(scope="module")
async def api_url(settings: Settings) -> AsyncIterator[str]:
    """The API, served in this process."""
    async with served(settings) as url:
        yield url


@pytest_asyncio.fixture(scope="module")
async def http(api_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the API. Paths are absolute, such as /api/v1/projects/."""
    async with signed_in(api_url) as client:
        yield client
