"""The descendants of this process: what they use, and how they are killed.

The launcher is a subreaper, so that orphans become its children.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

_KILL_TIMEOUT = 5.0
_SHARED_MEMORY = "/dev/shm"

# All are stopped first: processes that are killed one by one may fork faster than they die.
_STOP_THEN_KILL = (signal.SIGSTOP, signal.SIGKILL)

FIRST_SANDBOX_UID = 1_900_000_000
"""Each run has a user id of its own from here on, which no account has: limits count, and signals reach, no other
process."""


def descendants(pid: int) -> list[int]:
    """Return all descendants of a process that the system shows."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def resident_bytes(pids: list[int]) -> int:
    """Return the bytes of memory that the processes have in use."""
    pages = 0
    for pid in pids:
        with suppress(OSError, IndexError, ValueError), open(f"/proc/{pid}/statm") as file:
            pages += int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pids: list[int]) -> float:
    """Return the seconds of processor time that the processes, and their ended children, have used."""
    ticks = 0
    for pid in pids:
        with suppress(OSError, IndexError, ValueError), open(f"/proc/{pid}/stat") as file:
            # Fields after the name, which may hold any character: utime is the 12th, cstime the 15th.
            ticks += sum(map(int, file.read().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def kill_all(leader: int) -> None:
    """Kill a process, its group and all descendants of this process, and wait until they have ended."""
    for kill in (os.kill, os.killpg):
        with suppress(OSError):
            kill(leader, signal.SIGKILL)
    deadline = time.monotonic() + _KILL_TIMEOUT
    while time.monotonic() < deadline:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if ended:
            continue
        for number in _STOP_THEN_KILL:
            _send(number, descendants(os.getpid()))
        time.sleep(0.001)


def kill_descendants(pid: int) -> None:
    """Kill all descendants of a process that reaps its children itself."""
    deadline = time.monotonic() + _KILL_TIMEOUT
    while (running := [each for each in descendants(pid) if _is_running(each)]) and time.monotonic() < deadline:
        for number in _STOP_THEN_KILL:
            _send(number, running)
        time.sleep(0.001)


def _send(number: signal.Signals, pids: list[int]) -> None:
    for pid in pids:
        with suppress(OSError):
            os.kill(pid, number)


def remove_shared_memory(user: int | None) -> None:
    """Remove the shared memory that a run's user has left. Without a user of its own, it cannot be distinguished."""
    if user is None or user < FIRST_SANDBOX_UID:
        return
    with suppress(OSError), os.scandir(_SHARED_MEMORY) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.stat(follow_symlinks=False).st_uid == user and not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)


def only_descendant(pid: int, generations: int) -> int | None:
    """Return the only child of the only child, `generations` levels down, or None."""
    for _ in range(generations):
        found = _children(pid)
        if not found:
            return None
        pid = found[0]
    return pid


def _is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{task}/children") as file:
                found += map(int, file.read().split())
    return found
