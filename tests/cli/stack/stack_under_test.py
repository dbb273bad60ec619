"""Helpers of the stack's tests: the command line, stacks with stub programs, and waits for conditions."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import psycopg
from redis.asyncio import Redis
from temporalio.client import Client

from cli.stack.datadir import DataDir
from cli.stack.stack import Stack
from cli.stack.state import StackState
from cli.stack.supervisor import Report, no_report
from config.settings import Settings
from tests.checkout import CHECKOUT

PROGRAMS = Path(__file__).with_name("programs")
BOTARMY = [sys.executable, "-m", "cli.main"]


def botarmy(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [*BOTARMY, *map(str, arguments)]
    return subprocess.run(command, env=environment(**variables), capture_output=True, text=True, timeout=60)


def environment(**variables: str) -> dict[str, str]:
    """Return an environment without our settings, except for these."""
    ours = ("DATABASE_URL", "REDIS_URL", "TEMPORAL_", "BOTARMY_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
        "PYTHONPATH": str(CHECKOUT),
        **variables,
    }


@asynccontextmanager
async def running(
    data_dir: Path, port: int = 0, worker: str = "tiny_worker", report: Report = no_report
) -> AsyncIterator[StackState]:
    """Run a stack as `botarmy up` does, with stub programs in place of worker and API."""
    data = DataDir(data_dir)
    with data.locked():
        stack = Stack(data, Settings(_env_file=None, port=port), report, worker=worker, api="tiny_api")
        try:
            yield await stack.start()
        finally:
            await stack.stop()


async def assert_serves(state: StackState) -> Client:
    """Check that each server in `state` answers. Return a client of its Temporal."""
    async with await psycopg.AsyncConnection.connect(state.database) as connection:
        await connection.execute("SELECT 1 FROM alembic_version")
    async with Redis.from_url(state.redis) as redis:
        assert await redis.publish("anything", b"at all") == 0
    client = await Client.connect(state.temporal)
    assert await client.count_workflows() is not None
    return client


async def eventually(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Return when the condition holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never became true"
        await asyncio.sleep(0.02)


def processes_of(data_dir: Path) -> list[psutil.Process]:
    """Return every process that a stack on this directory has started, directly or not."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _belongs(process, data_dir)]


def _belongs(process: psutil.Process, data_dir: Path) -> bool:
    try:
        is_marked = process.environ().get("BOTARMY_STACK") == str(data_dir)
        return is_marked or Path(process.cwd()).is_relative_to(data_dir)
    except (psutil.Error, OSError):
        return False
