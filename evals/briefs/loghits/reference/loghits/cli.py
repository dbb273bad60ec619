"""The command line."""

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import date
from typing import NoReturn

from loghits.files import WrongFileError, lines
from loghits.report import as_json, as_text, count

DEFAULT_TOP = 10


class _WrongOptionError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _WrongOptionError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a report, and return the exit code."""
    try:
        options = _parser().parse_args(arguments)
        report = count(lines(options.files), options.since, options.until)
    except (_WrongOptionError, WrongFileError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(as_json(report, options.top) + "\n" if options.json else as_text(report, options.top), end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="loghits", description="Reports from a web server's log what people read.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--since", type=_day, metavar="DAY")
    parser.add_argument("--until", type=_day, metavar="DAY")
    parser.add_argument("--top", type=_top, default=DEFAULT_TOP, metavar="N")
    parser.add_argument("--json", action="store_true")
    return parser


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError
    return date.fromisoformat(text)


def _top(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise ValueError
    return int(text)
