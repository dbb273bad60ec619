"""A stack in the background: started, waited for, stopped from another process."""

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

from cli.command_line import give_up_output
from cli.exits import INTERRUPTED
from cli.interrupts import raising
from cli.stack import coming, leftovers
from cli.stack.checkout import python_path
from cli.stack.datadir import DataDir

STOP_SECONDS = 90.0


def up_detached(data: DataDir, port: int | None, temporal_ui: bool = False) -> int:
    """Start a stack in a session of its own, relay what it prints until it is ready, and return its exit code or 0."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", "cli.main", "up", "--hand-over", "--data-dir", str(data.path)),
            *(("--port", str(port)) if port is not None else ()),
            *(("--temporal-ui",) if temporal_ui else ()),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **python_path(), "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    assert process.stdout
    try:
        with raising():
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
    """Pass on what is printed, until the other one dies or hands over to its log."""
    wanted = True
    for line in output:
        try:
            if wanted:
                sys.stdout.buffer.write(line)
                sys.stdout.flush()
        except OSError:  # nobody reads, or the disk is full: the stack starts all the same
            give_up_output()
            wanted = False


async def stop(data: DataDir, console: Console) -> int:
    """Stop the stack that works on the data directory, and wait for its end: 0, or 1 when it does not end."""
    await coming.settled(data)
    if data.holder() is None:
        stray = await leftovers.stop_marked(data.path)
        console.print(f"Stopped what was left: {stray}" if stray else f"Nothing runs on {data.path}.")
        return 0
    deadline, told = time.monotonic() + STOP_SECONDS, 0
    while (pid := data.holder()) is not None:
        if pid and pid != told:  # a process that has just begun may not have written its pid yet
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            told = pid
        if time.monotonic() > deadline:
            console.print(f"Process {pid} did not stop in {STOP_SECONDS:.0f} s.")
            return 1
        await asyncio.sleep(0.05)
    console.print("Stopped.")
    return 0
