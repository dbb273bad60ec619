"""The frame of the proof: how often its tests try, with which choices, and the table of what was seen.

A pytest plugin. A test of the proof says with `@pytest.mark.item(3)` which of the proof's items it proves, and takes
the fixture `proof`. `pytest tests/faults tests/abuse --prove` tries as often as the proof asks for and prints the
table; without the option the tests try a few times only, as a part of `make check`.
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

ITEMS = range(1, 29)
"""What the proof proves."""
WHOLE_SECONDS = 900
"""How long a test may take in the whole form, unless it says itself."""
TABLE_WIDTH = 160


@dataclass(frozen=True)
class Row:
    """One line of the table. `times` is empty where nothing was counted."""

    test: str
    item: int
    done: str
    times: int | str
    expected: str
    seen: str


@dataclass
class Run:
    """One run of pytest: its form, its seed, what it has seen so far."""

    whole: bool
    seed: int
    began: float = field(default_factory=time.monotonic)
    rows: list[Row] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)
    """The tests of which nothing failed."""

    def table(self) -> str:
        minutes = (time.monotonic() - self.began) / 60
        form = "whole" if self.whole else "short"
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
    """What a test of the proof is given: how often, which choices, and where to say what it has seen."""

    def __init__(self, run: Run, item: int, test: str) -> None:
        self._run, self._item, self._test = run, item, test
        self.whole = run.whole
        self.random = random.Random(f"{run.seed} {test}")
        """The same choices for the same seed and test, whatever ran before."""

    def times(self, full: int, short: int) -> int:
        """How often to try: `full` in the whole form."""
        return full if self.whole else short

    def of_the_whole_form(self) -> None:
        """Say of a test that the short form does without it."""
        if not self.whole:
            pytest.skip("a case of the whole form")

    def row(self, done: str, times: int | str, expected: str, seen: str) -> None:
        """Add a row to the table. Say what was seen before asserting it: a test that fails then shows it."""
        self._run.rows.append(Row(self._test, self._item, done, times, expected, seen))


RUN = pytest.StashKey[Run]()


@pytest.fixture
def proof(request: pytest.FixtureRequest) -> Proof:
    marker = request.node.get_closest_marker("item")
    assert marker is not None, "a test of the proof says which item it proves: @pytest.mark.item(number)"
    return Proof(request.config.stash[RUN], marker.args[0], request.node.nodeid)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("proof")
    group.addoption("--prove", action="store_true", help="run the proof in its whole form, and print its table")
    group.addoption("--seed", type=int, help="repeat the choices of an earlier run of the proof")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "item(number): the item of the proof that a test proves")
    seed = config.getoption("--seed")
    config.stash[RUN] = Run(config.getoption("--prove"), secrets.randbelow(2**32) if seed is None else seed)


def pytest_report_header(config: pytest.Config) -> str:
    return f"proof: seed {config.stash[RUN].seed}"


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("item"):
            item.add_marker(pytest.mark.long)
            if config.stash[RUN].whole and not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(WHOLE_SECONDS))


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
        report.sections.append(("proof", f"repeat its choices with --seed {run.seed}"))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    run = config.stash[RUN]
    if run.whole and run.rows:
        terminalreporter.write_line("")
        terminalreporter.write_line(run.table())
