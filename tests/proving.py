"""A pytest plugin for the proof: it sets the number of attempts and the random seed, and prints a table of results.

A test of the proof names the item that it proves, as in `@pytest.mark.item(3)`, and takes the fixture `proof`.
`pytest tests/faults tests/abuse --prove` runs the full form and prints the table. Without the option, the tests make
only a few attempts, as a part of `make check`.
"""

from __future__ import annotations

import io
import random
import secrets
import time
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest
from rich.console import Console
from rich.table import Table

ITEMS = range(1, 36)
"""The items of the proof."""
FULL_FORM_SECONDS = 900
"""The time limit of a test in the full form, unless it sets its own."""
TABLE_WIDTH = 160


@dataclass(frozen=True)
class Row:
    """One row of the table. `times` is empty if nothing was counted."""

    test: str
    item: int
    done: str
    times: int | str
    expected: str
    seen: str


@dataclass
class Run:
    """One run of pytest: its form, its seed, and the results so far."""

    is_full: bool
    seed: int
    started: float = field(default_factory=time.monotonic)
    rows: list[Row] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)
    """The tests that passed."""

    def table(self) -> str:
        minutes = (time.monotonic() - self.started) / 60
        form = "full" if self.is_full else "short"
        table = Table(title=f"The proof, {form} form, seed {self.seed}, {minutes:.1f} minutes", title_justify="left")
        for heading in ("item", "done", "times", "expected", "seen", "held"):
            right = heading in ("item", "times")
            table.add_column(heading, justify="right" if right else "left", overflow="fold", no_wrap=right)
        for row in sorted(self.rows, key=lambda row: row.item):
            held = "yes" if row.test in self.passed else "NO"
            table.add_row(*map(str, (row.item, row.done, row.times, row.expected, row.seen, held)))
        page = io.StringIO()
        Console(file=page, width=TABLE_WIDTH, color_system=None, markup=False, emoji=False).print(table)
        return page.getvalue()


class Proof:
    """The fixture of a test of the proof: how often to try, its random choices, and its rows of the table."""

    def __init__(self, run: Run, item: int, test: str) -> None:
        self._run, self._item, self._test = run, item, test
        self.is_full = run.is_full
        self.random = random.Random(f"{run.seed} {test}")
        """Yields the same choices for the same seed and test, whatever ran before."""

    def times(self, full: int, short: int) -> int:
        """Return how often to try."""
        return full if self.is_full else short

    def full_form_only(self) -> None:
        """Skip the test in the short form."""
        if not self.is_full:
            pytest.skip("runs in the full form only")

    def row(self, done: str, times: int | str, expected: str, seen: str) -> None:
        """Add a row to the table. Call this before asserting, so that a failing test shows its row, too."""
        self._run.rows.append(Row(self._test, self._item, done, times, expected, seen))


RUN = pytest.StashKey[Run]()


@pytest.fixture
def proof(request: pytest.FixtureRequest) -> Proof:
    marker = request.node.get_closest_marker("item")
    assert marker is not None, "a test of the proof must name its item: @pytest.mark.item(number)"
    return Proof(request.config.stash[RUN], marker.args[0], request.node.nodeid)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("proof")
    group.addoption("--prove", action="store_true", help="run the full form of the proof and print its table")
    group.addoption("--seed", type=int, help="repeat the random choices of an earlier run")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "item(number): the item of the proof that a test proves")
    seed = config.getoption("--seed")
    config.stash[RUN] = Run(config.getoption("--prove"), secrets.randbelow(2**32) if seed is None else seed)


def pytest_report_header(config: pytest.Config) -> str:
    return f"proof: seed {config.stash[RUN].seed}"


@pytest.hookimpl(tryfirst=True)  # before pytest selects by -m
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("item"):
            item.add_marker(pytest.mark.long)
            if config.stash[RUN].is_full and not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(FULL_FORM_SECONDS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    marker, run = item.get_closest_marker("item"), item.config.stash[RUN]
    if report.passed and report.when == "call":
        run.passed.add(item.nodeid)
    elif marker is not None and not report.passed:
        run.passed.discard(item.nodeid)
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(call.excinfo and call.excinfo.value)
        seen = f"{report.outcome.upper()}: {' '.join(why.removeprefix('Skipped: ').split())[:300]}"
        run.rows.append(Row(item.nodeid, marker.args[0], item.name, "", "passes", seen))
        report.sections.append(("proof", f"repeat the random choices with --seed {run.seed}"))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    run = config.stash[RUN]
    if run.is_full and run.rows:
        terminalreporter.write_line("")
        terminalreporter.write_line(run.table())
