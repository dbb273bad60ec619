"""One run of a component: its process, its log, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cli.stack.account import Account
from cli.stack.component import Component
from cli.stack.log import Log

LEASH = Path(__file__).with_name("leash.py")
STACK_MARK = "BOTARMY_STACK"
"""Names the data directory in the environment of every process of a stack, so that a later stack can find leftovers."""


def leashed(command: Sequence[str], death: signal.Signals, account: Account | None) -> list[str]:
    """The command line that runs `command` as `account`, and ends it with `death` when this thread ends."""
    return [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(death)), str(account or "-"), *command]


class Child:
    """A started process. Its thread of birth must live as long as it shall (see `leash.die_with`)."""

    def __init__(self, component: Component, process: asyncio.subprocess.Process, log: Log) -> None:
        self.component = component
        self.pid = process.pid
        self.log = log
        self._process = process
        self._cleared = False

    @classmethod
    async def spawn(cls, component: Component, path: Path, mark: Path) -> Child:
        """Start a run whose output goes to the log at `path`.

        Raises:
            OSError: it cannot be started.
        """
        log = await Log.opened(path, {**os.environ, STACK_MARK: str(mark)})
        try:
            process = await asyncio.create_subprocess_exec(
                *leashed(component.command(), component.death_signal, component.account),
                stdin=asyncio.subprocess.PIPE,
                stdout=log.pipe,
                stderr=log.pipe,
                cwd=component.folder,
                env={**os.environ, **component.environment(), STACK_MARK: str(mark)},
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops things in order
            )
        finally:
            log.close_pipe()
        return cls(component, process, log)

    async def enter(self) -> None:
        """Let it begin, once its component says so."""
        word = await self.component.entrance()
        assert self._process.stdin is not None
        if word is not None:
            self._process.stdin.write(word)
        self._process.stdin.close()

    async def ended(self) -> int:
        """Wait for its end, and clear away what it started and left: its exit code, negative for a signal."""
        code = await self._process.wait()
        if not self._cleared:  # once: later the number may be another group's
            self._cleared = True
            self.kill()
            await self.log.written()
        return code

    def kill(self) -> None:
        """End it and what it has started at once."""
        self._signal_group(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to end, insist after `stop_seconds`."""
        ended = asyncio.ensure_future(self.ended())
        if self._process.returncode is None:
            self._process.send_signal(self.component.death_signal)
            await asyncio.wait([ended], timeout=self.component.stop_seconds)
            if not ended.done():
                self.kill()
        await ended

    def _signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS says EPERM of a group of zombies
            os.killpg(self.pid, number)
