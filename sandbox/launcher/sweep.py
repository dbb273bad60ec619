"""The processes below this one: what they use, and their end. Processes that lost their parent count as ours."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

_PATIENCE = 5.0
_SHARED_MEMORY = "/dev/shm"

STRANGERS = 1_900_000_000
"""User ids that nobody has begin here, another for each run: then no other process is counted or in reach."""


def below(pid: int) -> list[int]:
    """All descendants of a process, as far as the system tells."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def resident(pids: list[int]) -> int:
    """Bytes of memory that the processes have in use."""
    pages = 0
    for pid in pids:
        with suppress(OSError, IndexError, ValueError), open(f"/proc/{pid}/statm") as file:
            pages += int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def computed(pids: list[int]) -> float:
    """Seconds of processor time that the processes have used, with those of their children that have ended."""
    ticks = 0
    for pid in pids:
        with suppress(OSError, IndexError, ValueError), open(f"/proc/{pid}/stat") as file:
            # What comes after the name, which may hold anything: utime is the 12th, cstime the 15th.
            ticks += sum(map(int, file.read().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def end_all(leader: int) -> None:
    """End a process, its group and everything below this process, and wait until it is gone."""
    for end in (os.kill, os.killpg):
        with suppress(OSError):
            end(leader, signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if ended:
            continue
        # Stopped first, all of them: what is killed one by one may fork faster than it dies.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in below(os.getpid()):
                with suppress(OSError):
                    os.kill(pid, number)
        time.sleep(0.001)


def end_below(pid: int) -> None:
    """End everything below a process that collects its dead itself."""
    deadline = time.monotonic() + _PATIENCE
    while (running := [one for one in below(pid) if _runs(one)]) and time.monotonic() < deadline:
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for one in running:
                with suppress(OSError):
                    os.kill(one, number)
        time.sleep(0.001)


def forget(owner: int | None) -> None:
    """Remove the shared memory that a stranger has left; what another user left is nobody's to tell apart."""
    if owner is None or owner < STRANGERS:
        return
    with suppress(OSError), os.scandir(_SHARED_MEMORY) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.stat(follow_symlinks=False).st_uid == owner and not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def first_below(pid: int, generations: int) -> int | None:
    """The only child of the only child, so many generations down."""
    for _ in range(generations):
        found = _children(pid)
        if not found:
            return None
        pid = found[0]
    return pid


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{task}/children") as file:
                found += map(int, file.read().split())
    return found
