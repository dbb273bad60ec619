"""Runs the service on the servers of a benchmark's stack."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import make_url

from benchmarks.stack import Bench
from cli.stack.checkout import python_path
from cli.stack.child import child_command
from cli.stack.ports import free_port

READY_SECONDS = 60.0


@dataclass(frozen=True)
class Service:
    url: str
    pids: dict[str, int]


async def create_database(bench: Bench, name: str) -> str:
    """Create a database on the stack's server and return its address, as psycopg reads it."""
    address = bench.stack.state().database
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(address).set(database=name).render_as_string(hide_password=False)


@asynccontextmanager
async def service(bench: Bench) -> AsyncIterator[Service]:
    """Run the worker and the service in processes that end with the block, and with this process."""
    state, port = bench.stack.state(), free_port()
    variables = {
        **python_path(),
        "DATABASE_URL": await create_database(bench, "by_hand"),
        "REDIS_URL": state.redis,
        "TEMPORAL_ADDRESS": state.temporal,
    }
    async with AsyncExitStack() as processes:
        api = await processes.enter_async_context(started(variables, "benchmarks.by_hand.service", str(port)))
        await accepts(port)
        worker = await processes.enter_async_context(started(variables, "benchmarks.by_hand.worker"))
        yield Service(f"http://127.0.0.1:{port}", {"worker": worker, "api": api})


@asynccontextmanager
async def started(variables: dict[str, str], module: str, *arguments: str) -> AsyncIterator[int]:
    """Run a module in a process that ends with the block, and with this process. Yields its process id."""
    command = [sys.executable, "-P", "-m", module, *arguments]
    process = await asyncio.create_subprocess_exec(
        *child_command(command, signal.SIGTERM, None), env={**os.environ, **variables}
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def accepts(port: int) -> None:
    """Wait until a process accepts connections at a port of this machine."""
    async with asyncio.timeout(READY_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
