"""What the tests of the stack share: stacks with tiny programs, and waits for conditions."""

from __future__ import annotations

import asyncio
import os
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
from config.settings import Settings

PROGRAMS = Path(__file__).with_name("programs")


@asynccontextmanager
async def running(data_dir: Path, port: int = 0, worker: str = "tiny_worker") -> AsyncIterator[StackState]:
    """A stack as `botarmy up` runs it, with tiny programs in place of worker and API."""
    data = DataDir(data_dir)
    with data.locked():
        stack = Stack(data, Settings(_env_file=None, port=port), worker=worker, api="tiny_api")
        try:
            yield await stack.start()
        finally:
            await stack.stop()


async def assert_serves(state: StackState) -> Client:
    """Ask each server that is in `state`; the client of the Temporal in it."""
    async with await psycopg.AsyncConnection.connect(state.database) as connection:
        await connection.execute("SELECT 1 FROM alembic_version")
    async with Redis.from_url(state.redis) as redis:
        assert await redis.publish("anything", b"at all") == 0
    client = await Client.connect(state.temporal)
    assert await client.count_workflows() is not None
    return client


async def eventually(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Return when the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.02)


def processes_of(data_dir: Path) -> list[psutil.Process]:
    """Every process, of any generation, that a stack on this directory has started."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _is_of(process, data_dir)]


def _is_of(process: psutil.Process, data_dir: Path) -> bool:
    try:
        marked = process.environ().get("BOTARMY_STACK") == str(data_dir)
        return marked or Path(process.cwd()).is_relative_to(data_dir)
    except (psutil.Error, OSError):
        return False
