"""Suspends a process for a moment."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

STOP_SECONDS = 5.0
RESUME = "import os, signal, sys; print(flush=True); sys.stdin.read(); os.kill(int(sys.argv[1]), signal.SIGCONT)"


@contextmanager
def suspended(pid: int) -> Iterator[None]:
    """Suspend the process for the block. A helper process resumes it, even if this process is killed.

    Raises:
        psutil.Error, TimeoutError: the process does not exist, cannot be stopped, or did not stay stopped.
    """
    process = psutil.Process(pid)
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", RESUME, str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as helper:  # waits for the end of its input, which is the end of the block
        assert helper.stdout
        helper.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        deadline = time.monotonic() + STOP_SECONDS
        while process.status() != psutil.STATUS_STOPPED:
            if time.monotonic() > deadline:
                raise TimeoutError(f"process {pid} did not stop")
            time.sleep(0.001)
        yield
        if process.status() != psutil.STATUS_STOPPED:  # another process resumed it, such as a concurrent backup
            raise TimeoutError(f"process {pid} did not stay stopped")
