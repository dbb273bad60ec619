"""The figures as a table: drawn on a terminal, Markdown elsewhere, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import timing

HEADINGS = ("figure", "measured", "p50 ms", "p99 ms", "aim", "met")


@dataclass(frozen=True)
class Aim:
    """The target of a figure: at most, at least, or less than a limit."""

    measured: float
    limit: float
    unit: str = ""
    at_least: bool = False
    less_than: bool = False

    @property
    def met(self) -> bool:
        if self.less_than:
            return self.measured < self.limit
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def __str__(self) -> str:
        sign = "<" if self.less_than else "≥" if self.at_least else "≤"
        return f"{sign} {self.limit:g} {self.unit}".rstrip()


@dataclass(frozen=True)
class Row:
    """One figure: numbers by unit, or the seconds of each of many runs, or both."""

    figure: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    seconds: Sequence[float] = ()
    aim: Aim | None = None

    def cells(self) -> tuple[str, ...]:
        measured = ", ".join(f"{_short(number)} {unit}" for unit, number in self.numbers.items())
        times = (timing.p50(self.seconds), timing.p99(self.seconds)) if self.seconds else ()
        return (
            self.figure,
            measured,
            *([_short(1000 * each) for each in times] or ["", ""]),
            str(self.aim or ""),
            ("yes" if self.aim.met else "no") if self.aim else "",
        )

    def as_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {"figure": self.figure, "numbers": dict(self.numbers)}
        if self.seconds:
            times = {"count": len(self.seconds), "p50": timing.p50(self.seconds), "p99": timing.p99(self.seconds)}
            document["seconds"] = times
        if self.aim:
            document["aim"] = {"text": str(self.aim), "measured": self.aim.measured, "met": self.aim.met}
        return document


def machine() -> Row:
    """Return a row with the machine's cores, and its load before the benchmark."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0
    return Row("this machine", {"cores": cores, "load average before": os.getloadavg()[0]})


def show(rows: Sequence[Row], *, as_json: bool) -> None:
    """Print the table to standard output."""
    if as_json:
        print(json.dumps([row.as_json() for row in rows], indent=2))
    elif sys.stdout.isatty():
        table = Table(*HEADINGS)
        for row in rows:
            table.add_row(*row.cells())
        Console(highlight=False, markup=False, emoji=False).print(table)
    else:
        for cells in (HEADINGS, ("---", "---", "---:", "---:", "---", "---"), *(row.cells() for row in rows)):
            print(f"| {' | '.join(cells)} |")


def _short(number: float) -> str:
    """Format a number with three significant digits, without an exponent."""
    if abs(number) >= 100 or number == int(number):
        return f"{number:.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"
