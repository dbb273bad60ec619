"""A peer's program: a process that delivers projects, as `programs.serve` describes it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from cli.stack.checkout import CHECKOUT

READY_SECONDS = 60.0


class KilledError(Exception):
    """The process ended before it delivered the project."""


class Program:
    """One peer. Its process can be killed and started again; what projects had reached is kept here."""

    def __init__(self, python: Path, name: str, environment: Mapping[str, str]) -> None:
        """Describe the program `programs/{name}.py`, with addresses of servers in `environment`."""
        self._command = (str(python), "-m", f"benchmarks.peers.programs.{name}")
        self._environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), **environment}
        self._process: asyncio.subprocess.Process
        self._reading: asyncio.Task[None]
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self._reached: dict[str, str] = {}

    @property
    def pid(self) -> int:
        return self._process.pid

    async def start(self) -> None:
        """Start the process and wait until it is ready."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=CHECKOUT,
            env=self._environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdout
        async with asyncio.timeout(READY_SECONDS):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._command[-1]} does not start")
        self._reading = asyncio.create_task(self._read(self._process.stdout))

    async def deliver(self, project: str) -> float:
        """Deliver a project, or continue it. Return the seconds that the process took.

        Raises:
            KilledError: the process ended before.
            RuntimeError: the program says that it cannot.
        """
        assert self._process.stdin
        waiting: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[project] = waiting
        wanted = {"project": project, "reached": self._reached.get(project, "")}
        self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
        return await waiting

    async def kill(self) -> None:
        """Kill the process and those it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await self._reading

    async def _read(self, stdout: asyncio.StreamReader) -> None:
        async for line in stdout:
            said = json.loads(line)
            project = said["project"]
            if "reached" in said:
                self._reached[project] = said["reached"]
            elif "seconds" in said:
                self._waiting.pop(project).set_result(said["seconds"])
            else:
                self._waiting.pop(project).set_exception(RuntimeError(said["error"]))
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(KilledError())
        self._waiting.clear()


@asynccontextmanager
async def started(program: Program) -> AsyncIterator[Program]:
    await program.start()
    try:
        yield program
    finally:
        await program.kill()
