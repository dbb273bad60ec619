"""A process that is kept running as `botarmy up` does, and that tests can stop, kill and pause."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil

from cli.stack.component import Component
from cli.stack.datadir import DataDir
from cli.stack.log import KEPT
from cli.stack.supervisor import Supervisor

READY_SECONDS = 60.0
END_SECONDS = 30.0


class SupervisedProcess:
    """One component with its own supervisor. It keeps its address across restarts."""

    def __init__(self, data: DataDir, component: Component) -> None:
        self.component = component
        self.deaths: list[str] = []
        """How each of its processes ended, in the supervisor's words."""
        self._data = data
        self._supervisor: Supervisor | None = None
        self._serving, self._died = asyncio.Event(), asyncio.Event()

    @property
    def pid(self) -> int:
        assert self._supervisor is not None, f"{self.component.name} is not running"
        return self._supervisor.pids[self.component.name]

    @property
    def is_running(self) -> bool:
        return self._supervisor is not None

    async def start(self) -> None:
        """Start the process if it is stopped, and wait until it is ready."""
        if self._supervisor is None:
            self._supervisor = Supervisor(self._data, self._on_state)
            try:
                await self._supervisor.start(self.component)
            except BaseException:
                await self.stop()
                raise
        await self.wait_until_ready()

    async def wait_until_ready(self) -> None:
        """Wait until the process, or the one that replaces it, is ready."""
        await asyncio.wait_for(self._serving.wait(), READY_SECONDS)

    def kill(self) -> None:
        """Kill the process; its supervisor starts another, as `botarmy up` does."""
        os.kill(self.pid, signal.SIGKILL)
        self._serving.clear()

    async def end(self, number: signal.Signals) -> float:
        """End the process with a signal and start another. Returns the seconds that it took to end.

        The other starts at once each time, whereas the supervisor would back off.
        """
        started = time.monotonic()
        self._died.clear()
        os.kill(self.pid, number)
        await asyncio.wait_for(self._died.wait(), END_SECONDS)
        seconds = time.monotonic() - started
        await self.stop()
        await self.start()
        return seconds

    async def stop(self, number: signal.Signals | None = None) -> None:
        """Stop the process with its usual signal or `number`; it stays stopped until it is started."""
        if self._supervisor is None:
            return
        if number is not None:
            os.kill(self.pid, number)
        supervisor, self._supervisor = self._supervisor, None
        self._serving.clear()
        await supervisor.stop()

    @asynccontextmanager
    async def stopped(self, number: signal.Signals | None = None) -> AsyncIterator[None]:
        """Stop the process during the block, and start it afterwards."""
        await self.stop(number)
        try:
            yield
        finally:
            await self.start()

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Suspend the process during the block: its connections stay open, but it answers nothing."""
        process = psutil.Process(self.pid)
        suspended = []
        try:
            while fresh := [each for each in (process, *process.children(recursive=True)) if each not in suspended]:
                for each in fresh:  # the parent first, so that it starts no more children
                    with suppress(psutil.NoSuchProcess):
                        each.suspend()
                suspended += fresh
            yield
        finally:
            for each in suspended:
                with suppress(psutil.NoSuchProcess):
                    each.resume()

    def _on_state(self, name: str, state: str, details: str) -> None:
        if state == "died":
            self.deaths.append(details)
            self._serving.clear()
            self._died.set()
        elif state in ("ready", "restarted"):
            self._serving.set()


def log_of(folder: Path, process: SupervisedProcess) -> str:
    """Return the log of a process, rotated files included."""
    log = folder / "logs" / f"{process.component.name}.log"
    files = [*(log.with_name(f"{log.name}.{number}") for number in range(KEPT, 0, -1)), log]
    return "".join(file.read_text(errors="replace") for file in files if file.exists())
