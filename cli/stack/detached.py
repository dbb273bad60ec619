"""A stack in the background: started, waited for, stopped from another process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time

from rich.console import Console

from cli.stack import leftovers
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
        for line in process.stdout:  # ends when it dies, or hands over to its log
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
        return 0 if data.holder() == process.pid else process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGTERM)
        process.wait()
        return 130


async def stop(data: DataDir, console: Console) -> int:
    """Stop the stack that works on the data directory, and wait for its end: 0, or 1 when it does not end."""
    pid = data.holder()
    if pid is None:
        stray = await leftovers.stop_marked(data.path)
        console.print(f"Stopped what was left: {stray}" if stray else f"Nothing runs on {data.path}.")
        return 0
    deadline = time.monotonic() + STOP_SECONDS
    if pid:
        os.kill(pid, signal.SIGTERM)
    while data.holder() is not None:
        if time.monotonic() > deadline:
            console.print(f"Process {pid} did not stop in {STOP_SECONDS:.0f} s.")
            return 1
        await asyncio.sleep(0.05)
    console.print("Stopped.")
    return 0
