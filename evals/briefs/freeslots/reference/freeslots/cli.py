"""The command line."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from datetime import time, timedelta
from itertools import islice
from typing import NoReturn

from freeslots.calendars import WrongFileError, read
from freeslots.moments import parse_day, parse_time
from freeslots.slots import Wishes, free_slots

FOUND, NOTHING, WRONG = 0, 1, 2


class _WrongOptionError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _WrongOptionError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    try:
        options = _parser().parse_args(arguments)
        wishes = _wishes(options)
        entries = [entry for path in options.files for entry in read(path)]
    except (_WrongOptionError, WrongFileError) as error:
        print(f"error: {error}", file=sys.stderr)
        return WRONG
    slots = list(islice(free_slots(entries, options.day, options.days, wishes), 1 if options.first else None))
    for start, end in slots:
        print(f"{start:%Y-%m-%d %H:%M}-{start + wishes.length if options.first else end:%H:%M}")
    if not slots:
        print("No free time.")
    return FOUND if slots else NOTHING


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="freeslots", description=__doc__, allow_abbrev=False)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--day", type=_checked(parse_day), required=True)
    parser.add_argument("--minutes", type=_whole_number(1, 1440), required=True)
    parser.add_argument("--days", type=_whole_number(1, 60), default=1)
    parser.add_argument("--from", dest="opens", type=_checked(parse_time), default=time(9))
    parser.add_argument("--until", dest="closes", type=_checked(parse_time), default=time(17))
    parser.add_argument("--break", dest="rest", type=_checked(_parse_break))
    parser.add_argument("--pause", type=_whole_number(0, 120), default=0)
    parser.add_argument("--first", action="store_true")
    return parser


def _wishes(options: argparse.Namespace) -> Wishes:
    if options.opens >= options.closes:
        raise _WrongOptionError("--from is not before --until")
    length, pause = timedelta(minutes=options.minutes), timedelta(minutes=options.pause)
    return Wishes(length, options.opens, options.closes, options.rest, pause)


def _parse_break(text: str) -> tuple[time, time]:
    start, separator, end = text.partition("-")
    if not separator or parse_time(start) >= parse_time(end):
        raise ValueError(f"not a break written HH:MM-HH:MM: {text!r}")
    return parse_time(start), parse_time(end)


def _checked(parse: Callable[[str], object]) -> Callable[[str], object]:
    """Let argparse print the message of a ValueError."""

    def parsed(text: str) -> object:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parsed


def _whole_number(least: int, most: int) -> Callable[[str], object]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"not a whole number from {least} to {most}: {text!r}")
        return int(text)

    return _checked(parse)
