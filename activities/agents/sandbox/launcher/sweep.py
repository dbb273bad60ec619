"""The processes below this one: what they use, and their end. Processes that lost their parent count as ours."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

_PATIENCE = 5.0


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


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{task}/children") as file:
                found += map(int, file.read().split())
    return found
