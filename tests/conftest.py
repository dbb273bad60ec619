"""Real servers, started once a session; each module has a database, a task queue and channels of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import hypothesis
import psycopg
import pytest
import pytest_asyncio
import structlog
from serving import served
from temporalio.client import Client
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from cli.stack.embedded import Servers, embedded_servers
from config.settings import Settings
from crew.protocol import Agent
from crew.rehearsal import rehearsal_agents
from models.contracts.enums import AgentType
from store.bus import Bus
from store.database import Database
from store.transaction import Store
from worker.worker import run_worker
from workflows.client import connect

CHECKOUT = Path(__file__).resolve().parent.parent

pytest_plugins = ["tests.proving"]

# An example may come when this machine stands still. The same ones come each time, so that a change is judged by what
# it changes; `--hypothesis-profile explore` looks for new ones.
PATIENT = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("explore", **PATIENT, max_examples=1000)
hypothesis.settings.register_profile("tests", **PATIENT, derandomize=True)
hypothesis.settings.load_profile("tests")


# The SDK's core warns of what the time-skipping server cannot do; errors are still printed.
Runtime.set_default(
    Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(TelemetryFilter(core_level="ERROR", other_level="ERROR")))),
    error_if_already_set=False,  # this module is imported as conftest and as tests.conftest
)

# Lines, to standard output, which pytest keeps; structlog's own default draws every local variable of a traceback.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(bool_as_flag=False),
    ]
)


@pytest_asyncio.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """PostgreSQL, Valkey and Temporal; the database `botarmy` is migrated, and is the template of all others."""
    async with embedded_servers(tmp_path_factory.mktemp("servers")) as servers:
        command = [sys.executable, "-m", "alembic", "upgrade", "head"]
        environment = os.environ | servers.environment() | {"PYTHONPATH": str(CHECKOUT)}
        await asyncio.to_thread(subprocess.run, command, cwd=CHECKOUT, env=environment, check=True, capture_output=True)
        yield servers


@asynccontextmanager
async def own_settings(servers: Servers) -> AsyncIterator[Settings]:
    """Settings with a database, a task queue and channels that nobody else has."""
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
            respond_wait_seconds=30,  # a busy machine is not to make a 202 of a 200
        )


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    """Settings of the module's own. Override it to change one for a module."""
    async with own_settings(servers) as settings:
        yield settings


@asynccontextmanager
async def own_store(settings: Settings) -> AsyncIterator[Store]:
    """A store of its own, with as many connections as the settings say."""
    database, bus = Database(settings), Bus(settings)
    yield Store(database, bus)
    await bus.close()
    await database.close()


@pytest_asyncio.fixture(scope="module")
async def store(settings: Settings) -> AsyncIterator[Store]:
    """The module's database, to look behind the API."""
    async with own_store(settings) as store:
        yield store


@pytest_asyncio.fixture(scope="module")
async def temporal(settings: Settings) -> Client:
    return await connect()


@pytest.fixture(scope="module")
def agents() -> Mapping[AgentType, Agent]:
    """The crew of the module's worker; override it for other agents."""
    return rehearsal_agents(0)


@pytest_asyncio.fixture(scope="module")
async def worker(settings: Settings, temporal: Client, agents: Mapping[AgentType, Agent]) -> AsyncIterator[None]:
    """A worker in this process, with its sweeper."""
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(temporal, agents, settings, stop))
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
    """A client of the API; paths are whole, such as /api/v1/projects/."""
    async with httpx2.AsyncClient(base_url=api_url, timeout=30, trust_env=False, limits=httpx2.Limits()) as client:
        yield client
