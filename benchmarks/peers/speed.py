"""Measures the contenders in alternating turns: one project at a time, and many at once."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.peers.contenders import Contender
from benchmarks.peers.storage import stored
from benchmarks.processes import CLIENT, cpu_seconds, used_since
from benchmarks.stack import Bench
from benchmarks.timing import Sample, at_once, one_at_a_time, p50

SERVERS = ("postgres", "temporal", "redis")


@dataclass
class Speed:
    """The samples of one contender, one for each turn."""

    single: list[Sample] = field(default_factory=list)
    many: list[Sample] = field(default_factory=list)
    cpu: Counter[str] = field(default_factory=Counter)
    """CPU seconds of the concurrent runs, by process."""
    statements: int = 0
    """SQL statements of the single runs."""
    stored: int = 0
    """Bytes stored by the concurrent runs."""

    @property
    def p50_ms(self) -> float:
        return 1000 * p50([each for sample in self.single for each in sample.seconds])

    @property
    def rate(self) -> float:
        """Projects a second, the median of the turns."""
        return statistics.median(sample.rate for sample in self.many)

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds a project in its own processes and the servers, without the client."""
        return 1000 * sum(seconds for name, seconds in self.cpu.items() if name != CLIENT) / _runs(self.many)

    @property
    def statements_each(self) -> float:
        return self.statements / _runs(self.single)

    @property
    def kib_each(self) -> float:
        return self.stored / 1024 / _runs(self.many)


async def measure(bench: Bench, contenders: Sequence[Contender]) -> dict[str, Speed]:
    single, many, turns = bench.count(20, 3), bench.count(100, 8), bench.count(3, 1)
    speeds = {each.name: Speed() for each in contenders}
    for each in contenders:
        await each.deliver(0)  # the first one imports modules and opens connections
    for turn in range(turns):
        for each in contenders if turn % 2 else reversed(contenders):
            await _take_turn(bench, each, speeds[each.name], single, many)
    return speeds


async def _take_turn(bench: Bench, contender: Contender, speed: Speed, single: int, many: int) -> None:
    pids = {**{name: bench.pids[name] for name in SERVERS}, **contender.pids}
    start = await stored(bench, contender.database)
    speed.single.append(await one_at_a_time(contender.deliver, single))
    middle = await stored(bench, contender.database)
    used = cpu_seconds(pids)
    speed.many.append(await at_once(contender.deliver, many))
    speed.cpu.update(used_since(used, pids))
    end = await stored(bench, contender.database)
    speed.statements += middle.statements - start.statements
    speed.stored += end.bytes - middle.bytes


def _runs(samples: Sequence[Sample]) -> int:
    return sum(len(sample.seconds) for sample in samples)
