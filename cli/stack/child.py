"""One run of a component: its process and its log."""

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
from config.provider_keys import without_keys

EXEC_CHILD = Path(__file__).with_name("exec_child.py")
API_ONLY = ("BOTARMY_SIGNING_KEY", "BOTARMY_SIGNING_KEY_FILE")
"""Variables that no component inherits: the stack passes the key to the APIs."""
STACK_MARK = "BOTARMY_STACK"
"""Environment variable of every process of a stack, set to the data directory, so that a later stack finds orphans."""


def child_command(command: Sequence[str], death: signal.Signals, account: Account | None) -> list[str]:
    """Return the command line that runs `command` as `account`, and sends it `death` when this thread ends."""
    return [
        sys.executable,
        "-I",
        "-S",
        str(EXEC_CHILD),
        str(os.getpid()),
        str(int(death)),
        str(account or "-"),
        *command,
    ]


class Child:
    """A started process. The thread that starts it must outlive it (see `exec_child.set_parent_death_signal`)."""

    def __init__(self, component: Component, process: asyncio.subprocess.Process, log: Log) -> None:
        self.component = component
        self.pid = process.pid
        self.log = log
        self._process = process
        self._cleaned_up = False

    @classmethod
    async def spawn(cls, component: Component, log_path: Path, data_dir: Path) -> Child:
        """Start the component's process, with its output going to the log.

        Raises:
            OSError: the process cannot be started.
        """
        variables = {name: value for name, value in os.environ.items() if name not in API_ONLY}
        own = without_keys(variables)
        log = await Log.opened(log_path, {**own, STACK_MARK: str(data_dir)})
        try:
            process = await asyncio.create_subprocess_exec(
                *child_command(component.command(), component.death_signal, component.account),
                stdin=asyncio.subprocess.PIPE,
                stdout=log.pipe,
                stderr=log.pipe,
                cwd=component.folder,
                env={
                    **(variables if component.asks_models else own),
                    **component.environment(),
                    STACK_MARK: str(data_dir),
                },
                start_new_session=True,  # Ctrl-C reaches only the supervisor, which stops components in order
            )
        finally:
            log.close_pipe()
        return cls(component, process, log)

    async def send_start_token(self) -> None:
        """Wait for the component's start token, and write it to the process's standard input."""
        token = await self.component.start_token()
        assert self._process.stdin is not None
        if token is not None:
            self._process.stdin.write(token)
        self._process.stdin.close()

    async def wait(self) -> int:
        """Wait for the process to exit and kill the rest of its group. Return the exit code, negative for a signal."""
        code = await self._process.wait()
        if not self._cleaned_up:  # once: the kernel may reuse the group's number later
            self._cleaned_up = True
            self.kill()
            await self.log.written()
        return code

    def kill(self) -> None:
        """Kill the process and everything it started."""
        with suppress(ProcessLookupError, PermissionError):  # macOS returns EPERM for a group of zombies
            os.killpg(self.pid, signal.SIGKILL)

    async def stop(self) -> None:
        """Send the component's stop signal; kill the process after `stop_seconds`."""
        exited = asyncio.ensure_future(self.wait())
        if self._process.returncode is None:
            self._process.send_signal(self.component.death_signal)
            await asyncio.wait([exited], timeout=self.component.stop_seconds)
            if not exited.done():
                self.kill()
        await exited
