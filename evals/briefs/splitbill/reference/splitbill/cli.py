"""The command line."""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

from splitbill.entries import Ledger, WrongEntriesError, WrongFileError, read
from splitbill.sharing import settle, sum_up

WRONG = 2

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class _WrongOptionError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _WrongOptionError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    try:
        options = _parser().parse_args(arguments)
        lines = list(options.run(read(options.file), options))
    except WrongEntriesError as error:
        for number, problem in error.problems.items():
            print(f"line {number}: {problem}", file=sys.stderr)
        return WRONG
    except (_WrongOptionError, WrongFileError) as error:
        print(f"error: {error}", file=sys.stderr)
        return WRONG
    for line in lines:
        print(line)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="splitbill", description="Who owes whom, to the cent.")
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: Callable[[Ledger, argparse.Namespace], Iterator[str]]) -> argparse.ArgumentParser:
        added = commands.add_parser(name)
        added.add_argument("file")
        added.set_defaults(run=run)
        return added

    command("balances", _balances)
    command("settle", _settle)
    command("report", _report).add_argument("--month", type=_month)
    return parser


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise ValueError
    return text


def _balances(ledger: Ledger, options: argparse.Namespace) -> Iterator[str]:
    sums = sum_up(ledger)
    for name in ledger.people:
        balance = sums.balance(name)
        yield f"{name} {'+' if balance > 0 else '-' if balance < 0 else ''}{_money(abs(balance))}"


def _settle(ledger: Ledger, options: argparse.Namespace) -> Iterator[str]:
    payments = list(settle(ledger.people, sum_up(ledger)))
    for debtor, creditor, cents in payments:
        yield f"{debtor} pays {creditor} {_money(cents)}"
    if not payments:
        yield "Nothing to settle."


def _report(ledger: Ledger, options: argparse.Namespace) -> Iterator[str]:
    entries = [each for each in ledger.entries if options.month in (None, f"{each.day:%Y-%m}")]
    sums = sum_up(ledger, entries)
    yield f"Total {_money(sums.paid.total())}"
    for name in ledger.people:
        yield f"{name} paid {_money(sums.paid[name])}, share {_money(sums.owed[name])}"


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
