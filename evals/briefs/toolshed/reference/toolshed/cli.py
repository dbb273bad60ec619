"""The command line."""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from toolshed.shed import BadInputError, RefusedError, Shed
from toolshed.storage import DamagedError, load, save

FILE = Path("toolshed.json")
EXIT_CODES: dict[type[Exception], int] = {BadInputError: 2, RefusedError: 3, DamagedError: 4}
DEFAULT_DAYS = 14

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Command = Callable[[Shed, argparse.Namespace], Iterator[str]]
"""Yields the lines to print."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInputError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    try:
        options = _parser().parse_args(arguments)
        shed = load(FILE)
        lines = list(options.run(shed, options))
        if options.changes:
            save(shed, FILE)
    except tuple(EXIT_CODES) as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_CODES[type(error)]
    print(*lines, sep="\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="toolshed", description="Who has borrowed what, and until when.")
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Command, *positional: str, on: bool = False, changes: bool = False) -> _Parser:
        added: _Parser = commands.add_parser(name)
        added.set_defaults(run=run, changes=changes)
        for each in positional:
            added.add_argument(each)
        if on:
            added.add_argument("--on", metavar="DAY", type=_day, required=True)
        return added

    command("add", _add, "tool", changes=True)
    lend = command("lend", _lend, "tool", "person", on=True, changes=True)
    lend.add_argument("--days", type=int, default=DEFAULT_DAYS)
    command("back", _back, "tool", on=True, changes=True)
    command("list", _list)
    command("overdue", _overdue, on=True)
    command("history", _history, "tool")
    return parser


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError
    return date.fromisoformat(text)


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _add(shed: Shed, options: argparse.Namespace) -> Iterator[str]:
    yield f"Added {shed.add(options.tool).name}"


def _lend(shed: Shed, options: argparse.Namespace) -> Iterator[str]:
    tool, loan = shed.lend(options.tool, options.person, options.on, options.days)
    yield f"{tool.name} lent to {loan.person} until {loan.last}"


def _back(shed: Shed, options: argparse.Namespace) -> Iterator[str]:
    tool, loan = shed.take_back(options.tool, options.on)
    late = loan.days_late(options.on)
    yield f"{tool.name} back from {loan.person}" + (f", {_days(late)} late" if late else "")


def _list(shed: Shed, options: argparse.Namespace) -> Iterator[str]:
    for tool in shed.sorted_tools():
        yield f"{tool.name}: " + (f"lent to {tool.loan.person} until {tool.loan.last}" if tool.loan else "in")
    if not shed.tools:
        yield "No tools."


def _overdue(shed: Shed, options: argparse.Namespace) -> Iterator[str]:
    overdue = shed.overdue(options.on)
    for tool, loan in overdue:
        yield f"{tool.name}: {loan.person}, {_days(loan.days_late(options.on))}"
    if not overdue:
        yield "Nothing is overdue."


def _history(shed: Shed, options: argparse.Namespace) -> Iterator[str]:
    tool = shed.tool(options.tool)
    for loan in tool.loans:
        yield f"{loan.day} {loan.person}, " + (f"back {loan.returned}" if loan.returned else "still out")
    if not tool.loans:
        yield "Never lent."
