"""What processes cost: CPU time and memory, each with what it has started."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress

import psutil

from benchmarks.table import Row

MIB = 2**20
CLIENT = "client"
"""What the benchmark itself is called among the processes."""


def resident(pid: int) -> int:
    """Bytes of memory; of no use for PostgreSQL, whose processes share theirs."""
    return sum(process.memory_info().rss for process in _tree(pid))


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """CPU time used so far by each process, and by ourselves as CLIENT; without the supervised ones, though ours."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    used = {name: sum(_cpu(process) for process in _tree(pid)) for name, pid in pids.items()}
    return {**used, CLIENT: own.ru_utime + own.ru_stime}


def used_since(before: Mapping[str, float], pids: Mapping[str, int]) -> dict[str, float]:
    """CPU seconds used since `before`."""
    return {name: now - before.get(name, 0.0) for name, now in cpu_seconds(pids).items()}


def cost(figure: str, spent: Mapping[str, float], runs: int) -> Row:
    """Milliseconds of CPU time that one run took of each process, the greatest first."""
    dearest = sorted(spent.items(), key=lambda each: -each[1])
    return Row(figure, {f"ms {name}": 1000 * seconds / runs for name, seconds in dearest if seconds > 0})


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
    """The most memory that a process was seen to have."""

    def __init__(self) -> None:
        self.bytes = 0


@asynccontextmanager
async def peak_of(pid: int) -> AsyncIterator[Peak]:
    """Look at a process's memory every now and then while the block runs."""
    peak = Peak()

    async def look() -> None:
        while True:
            peak.bytes = max(peak.bytes, resident(pid))
            await asyncio.sleep(0.2)

    looking = asyncio.create_task(look())
    try:
        yield peak
        peak.bytes = max(peak.bytes, resident(pid))
    finally:
        looking.cancel()
