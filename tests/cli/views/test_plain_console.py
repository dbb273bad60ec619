"""Values are printed as they are: nothing in them is interpreted as rich's markup or emoji codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.rule import Rule
from rich.table import Table
from typer.testing import CliRunner

from cli.main import app
from cli.stack.state import StackState
from cli.stack.status import StackStatus
from cli.views.console import PlainConsole, stderr, stdout
from cli.views.stack_progress import Progress, TolerantConsole
from cli.views.stack_status import print_addresses, print_status
from tests.checkout import CHECKOUT

VALUES = ("a[/b]", "[id]", ":bug:", "http://[fd00::1]:8000", "[bold]", "[/]", "\\[x]")


@pytest.mark.parametrize("make", [stdout, stderr, TolerantConsole])
def test_consoles_print_values_unchanged(
    make: type[PlainConsole], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for value in VALUES:
        console = make()
        table = Table(value, box=None)
        table.add_row(value)
        console.print(value)
        console.print(table)
        console.print(Rule(value))
        captured = capsys.readouterr()
        assert (captured.out + captured.err).count(value) == 4, value


def test_the_stack_is_shown_with_its_values_unchanged(capsys: pytest.CaptureFixture[str]) -> None:
    for value in VALUES:
        state = StackState(value, value, value, value, value, {})
        console = TolerantConsole()
        print_addresses(state, console)
        Progress(console)("api", "ready", value)
        print_status(StackStatus(value, 1, state), console)
        assert capsys.readouterr().out.count(value) == 11


@pytest.mark.parametrize("command", ["status", "down"])
def test_a_data_directory_is_printed_as_it_is_named(tmp_path: Path, command: str) -> None:
    for value in ("a[/b]", "[id]", ":bug:"):
        result = CliRunner().invoke(app, [command, "--data-dir", str(tmp_path / value)])
        assert result.output == f"Nothing is running on {tmp_path / value}.\n"


def test_every_console_is_a_plain_one() -> None:
    others = {
        str(file.relative_to(CHECKOUT))
        for folder in ("cli", "worker", "api")
        for file in (CHECKOUT / folder).rglob("*.py")
        if re.search(r"(?<![A-Za-z])Console\((?!\):)|rich import print|from_markup", file.read_text())
    }
    assert not others, "made with cli.views.console instead"
