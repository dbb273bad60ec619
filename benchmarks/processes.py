"""Measures CPU time and memory of processes, including their children."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress

import psutil

from benchmarks.table import Row

MIB = 2**20
CLIENT = "client"
"""The name of the benchmark itself among the processes."""


def resident(pid: int) -> int:
    """Return resident bytes; meaningless for PostgreSQL, whose processes share memory."""
    return sum(process.memory_info().rss for process in _tree(pid))


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU seconds used so far by each process, and by this one, without its children, as CLIENT."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    used = {name: sum(_cpu(process) for process in _tree(pid)) for name, pid in pids.items()}
    return {**used, CLIENT: own.ru_utime + own.ru_stime}


def used_since(before: Mapping[str, float], pids: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU seconds used since `before`."""
    return {name: now - before.get(name, 0.0) for name, now in cpu_seconds(pids).items()}


def cost(figure: str, spent: Mapping[str, float], runs: int) -> Row:
    """Return a row with the CPU milliseconds that one run took in each process, the largest first."""
    largest_first = sorted(spent.items(), key=lambda each: -each[1])
    return Row(figure, {f"ms {name}": 1000 * seconds / runs for name, seconds in largest_first if seconds > 0})


def _cpu(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return times.user + times.system
    return 0.0


def _tree(pid: int) -> Iterator[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        yield process
        yield from process.children(recursive=True)


class Peak:
    """The peak memory of a process."""

    def __init__(self) -> None:
        self.bytes = 0


@asynccontextmanager
async def peak_of(pid: int) -> AsyncIterator[Peak]:
    """Sample a process's memory during the block."""
    peak = Peak()

    async def sample() -> None:
        while True:
            peak.bytes = max(peak.bytes, resident(pid))
            await asyncio.sleep(0.2)

    sampling = asyncio.create_task(sample())
    try:
        yield peak
        peak.bytes = max(peak.bytes, resident(pid))
    finally:
        sampling.cancel()
