"""A process that stands still for a moment."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

STOP_SECONDS = 5.0
THAW = "import os, signal, sys; print(flush=True); sys.stdin.read(); os.kill(int(sys.argv[1]), signal.SIGCONT)"


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """The process does nothing in the block. Another process lets it go on, also when we are killed.

    Raises:
        psutil.Error, TimeoutError: there is no such process, or it cannot be stopped, or it has not stood still.
    """
    process = psutil.Process(pid)
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", THAW, str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as thaw:  # at the end of the block its input ends, and that is what it waits for
        assert thaw.stdout
        thaw.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        deadline = time.monotonic() + STOP_SECONDS
        while process.status() != psutil.STATUS_STOPPED:
            if time.monotonic() > deadline:
                raise TimeoutError(f"process {pid} did not stop")
            time.sleep(0.001)
        yield
        if process.status() != psutil.STATUS_STOPPED:  # somebody else has let it go on, such as another backup
            raise TimeoutError(f"process {pid} did not stay stopped")
