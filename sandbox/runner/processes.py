"""The product's processes: they start with nothing of the test's, and end with everything that they have started."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

from .fork import nameless_file

MAX_OUTPUT = 1_000_000
"""Bytes that are kept of each output."""

_SET_CHILD_SUBREAPER = 36
_KILL_TIMEOUT = 5.0
_CHUNK = 65_536

_known: set[int] = set()
"""The ids of all processes that were not orphans when they started."""
_starting = threading.Lock()
"""Held until a new process is known, so that it is not mistaken for an orphan."""


def adopt_orphans() -> None:
    """Make this process the parent of what its children leave running, so that it can find them (Linux only)."""
    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def truncate_output(content: bytes, lost: int = 0) -> str:
    """Return at most MAX_OUTPUT bytes as text, which says if there was more."""
    lost += len(content[MAX_OUTPUT:])
    text = content[:MAX_OUTPUT].decode(errors="replace")
    return f"{text}\n[... {lost:,} more bytes left out ...]" if lost else text


class Process:
    """A process in a session of its own. `environment` is all of its environment; `stdin` all of its input."""

    def __init__(self, command: Sequence[str], stdin: str, environment: Mapping[str, str], folder: str) -> None:
        with os.fdopen(nameless_file(), "w+b") as given, _starting:
            given.write(stdin.encode())
            given.seek(0)
            self._popen = subprocess.Popen(
                command,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=folder,
                start_new_session=True,
            )
            _known.add(self._popen.pid)
        assert self._popen.stdout
        assert self._popen.stderr
        self._out, self._err = _Output(self._popen.stdout), _Output(self._popen.stderr)

    @property
    def code(self) -> int | None:
        """The exit code, minus a signal's number, or None while it runs."""
        return self._popen.poll()

    @property
    def out(self) -> str:
        return self._out.text()

    @property
    def err(self) -> str:
        return self._err.text()

    def wait(self, seconds: float) -> int | None:
        """Wait until it has ended, and return the exit code, or None if it has not."""
        deadline = time.monotonic() + seconds
        # Its output ends when it does, unless something that it has started keeps running.
        while self.code is None and self._out.is_alive() and time.monotonic() < deadline:
            self._out.join(0.02)
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(max(0.0, deadline - time.monotonic()))
        return self.code

    def terminate(self, seconds: float) -> None:
        """Ask it to end, and wait for that."""
        with suppress(OSError):
            self._popen.terminate()
        self.wait(seconds)

    def kill(self) -> None:
        """Kill it and everything that it has started, as far as the system lets this process do so."""
        with suppress(OSError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self.wait(_KILL_TIMEOUT)
        with suppress(OSError, AttributeError):  # macOS has no waitid, and hands orphans to nobody
            self._kill_orphans()
        for output in (self._out, self._err):
            output.join(_KILL_TIMEOUT)

    def _kill_orphans(self) -> None:
        """Kill the processes that have left the group: they are this process's children, and were started later.

        There is no /proc to list them. Ids are given in ascending order.
        """
        deadline = time.monotonic() + _KILL_TIMEOUT
        while time.monotonic() < deadline:
            with _starting:
                orphans = [pid for pid in range(self._popen.pid, _newest_id()) if self._is_orphan(pid)]
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            if not orphans:
                return

    def _is_orphan(self, pid: int) -> bool:
        if pid in _known:
            return False
        try:
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return True


class _Output(threading.Thread):
    """Reads an output until its end, and keeps the beginning."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._kept = bytearray()
        self._lost = 0
        self.start()

    def run(self) -> None:
        with self._pipe as pipe:
            while chunk := os.read(pipe.fileno(), _CHUNK):
                room = MAX_OUTPUT - len(self._kept)
                self._kept += chunk[:room]
                self._lost += len(chunk[room:])

    def text(self) -> str:
        return truncate_output(bytes(self._kept), self._lost)


def _newest_id() -> int:
    """Return an id that is newer than every process's: threads are given ids of the same kind."""
    probe = threading.Thread(target=int)
    probe.start()
    probe.join()
    assert probe.native_id
    return probe.native_id
