"""A stack in the background: starting it, waiting for it, and stopping it from another process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import IO

from rich.console import Console

from cli.command_line import discard_stdout
from cli.errors import INTERRUPTED
from cli.interrupts import raise_on_interrupt
from cli.stack import orphans, pending_start
from cli.stack.checkout import python_path
from cli.stack.datadir import AlreadyRunningError, DataDir

STOP_SECONDS = 150.0
"""How long a stack may take to stop: its worker alone has a minute for running steps, unless the settings differ."""


def up_detached(
    data: DataDir,
    port: int | None,
    temporal_ui: bool = False,
    fail_if_running: bool = False,
    workers: int = 1,
    apis: int = 1,
) -> int:
    """Start a stack in its own session, relay its output until it is ready, and return 0 or its exit code."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", "botarmy", "up", "--hand-over", "--data-dir", str(data.path)),
            *(("--port", str(port)) if port is not None else ()),
            *(("--temporal-ui",) if temporal_ui else ()),
            *("--workers", str(workers), "--apis", str(apis)),
            *(("--fail-if-running",) if fail_if_running else ()),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **python_path(), "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    assert process.stdout
    try:
        with raise_on_interrupt():
            _relay(process.stdout)
            if data.holder() == process.pid:
                return 0
            code = process.wait()
            return code if code >= 0 else 128 - code
    except KeyboardInterrupt:
        process.send_signal(signal.SIGTERM)
        process.wait()
        return INTERRUPTED


def _relay(output: IO[bytes]) -> None:
    """Copy the output to ours until the stack exits or switches to its log file."""
    writable = True
    for line in output:
        try:
            if writable:
                sys.stdout.buffer.write(line)
                sys.stdout.flush()
        except OSError:  # the reader has gone, or the disk is full: the stack starts anyway
            discard_stdout()
            writable = False


async def stop(data: DataDir, console: Console) -> int:
    """Stop the stack on the data directory and wait for it to exit. Return 0, or 1 if it does not."""
    await pending_start.wait_for_lock(data)
    if data.holder() is None:
        with suppress(AlreadyRunningError):  # a stack has started meanwhile, and what was found belongs to it
            pids = await _stop_orphans(data)
            console.print(f"Stopped orphaned processes: {pids}" if pids else f"Nothing is running on {data.path}.")
            return 0
    deadline, signalled = time.monotonic() + STOP_SECONDS, 0
    while (pid := data.holder()) is not None:
        if pid and pid != signalled:  # a process that has just started may not have written its pid yet
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            signalled = pid
        if time.monotonic() > deadline:
            console.print(f"Process {pid} did not stop within {STOP_SECONDS:.0f} s.")
            return 1
        await asyncio.sleep(0.05)
    console.print("Stopped.")
    return 0


async def _stop_orphans(data: DataDir) -> list[int]:
    if not orphans.find_orphans(data.path):
        return []
    with data.locked():
        return await orphans.stop_orphans(data.path)
