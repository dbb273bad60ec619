"""A process that is kept running as `botarmy up` keeps it, and that can be made to be away all the same."""

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

BACK_SECONDS = 60.0
END_SECONDS = 30.0


class Supervised:
    """One component with a supervisor of its own. It serves at the same address after each start."""

    def __init__(self, data: DataDir, component: Component) -> None:
        self.component = component
        self.deaths: list[str] = []
        """How each of its processes ended, as the supervisor says it."""
        self._data = data
        self._supervisor: Supervisor | None = None
        self._serving, self._died = asyncio.Event(), asyncio.Event()

    @property
    def pid(self) -> int:
        assert self._supervisor is not None, f"{self.component.name} is away"
        return self._supervisor.pids[self.component.name]

    @property
    def there(self) -> bool:
        return self._supervisor is not None

    async def start(self) -> None:
        """Start it, if it is away, and return when it serves."""
        if self._supervisor is None:
            self._supervisor = Supervisor(self._data, self._heard)
            try:
                await self._supervisor.start(self.component)
            except BaseException:
                await self.stop()
                raise
        await self.serves()

    async def serves(self) -> None:
        """Return when it serves, after its process has been replaced."""
        await asyncio.wait_for(self._serving.wait(), BACK_SECONDS)

    def kill(self) -> None:
        """Kill its process; its supervisor starts another, as `botarmy up` does."""
        os.kill(self.pid, signal.SIGKILL)
        self._serving.clear()

    async def end(self, number: signal.Signals) -> float:
        """Have its process end of a signal, and another serve in its place; the seconds that it took to end.

        The other is started at once, however often this is done: a supervisor would begin to take its time.
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
        """Have it end, of its usual signal or of `number`, and be away until it is started."""
        if self._supervisor is None:
            return
        if number is not None:
            os.kill(self.pid, number)
        supervisor, self._supervisor = self._supervisor, None
        self._serving.clear()
        await supervisor.stop()

    @asynccontextmanager
    async def away(self, number: signal.Signals | None = None) -> AsyncIterator[None]:
        """It is away for the block, and serves again after it."""
        await self.stop(number)
        try:
            yield
        finally:
            await self.start()

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """It stands still for the block: its connections stay open, and it answers nothing."""
        process = psutil.Process(self.pid)
        stopped = []
        try:
            while fresh := [each for each in (process, *process.children(recursive=True)) if each not in stopped]:
                for each in fresh:  # its parent first, which then starts no more of them
                    with suppress(psutil.NoSuchProcess):
                        each.suspend()
                stopped += fresh
            yield
        finally:
            for each in stopped:
                with suppress(psutil.NoSuchProcess):
                    each.resume()

    def _heard(self, name: str, state: str, details: str) -> None:
        if state == "died":
            self.deaths.append(details)
            self._serving.clear()
            self._died.set()
        elif state in ("ready", "restarted"):
            self._serving.set()


def log_of(folder: Path, one: Supervised) -> str:
    """What a process has said so far, with what has been set aside of its log."""
    log = folder / "logs" / f"{one.component.name}.log"
    files = [*(log.with_name(f"{log.name}.{number}") for number in range(KEPT, 0, -1)), log]
    return "".join(file.read_text(errors="replace") for file in files if file.exists())
