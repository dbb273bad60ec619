"""The command line."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from cardmerge.files import WrongFileError, read, write
from cardmerge.merging import merge


class _WrongOptionError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _WrongOptionError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Merge the files, and return the exit code."""
    try:
        options = _parser().parse_args(arguments)
        rows = [row for path in options.files for row in read(path, options.country)]
        rejected = [row for row in rows if not row.card.keys]
        people = merge([row.card for row in rows if row.card.keys])
        write(options.output, people)
    except (_WrongOptionError, WrongFileError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for row in rejected:
        print(f"{row.place}: no email or phone", file=sys.stderr)
    merged = len(rows) - len(rejected) - len(people)
    print(f"{len(rows)} read, {len(rejected)} rejected, {merged} merged, {len(people)} written")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="cardmerge", description="Merges address books into one list.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--output", required=True, metavar="OUT")
    parser.add_argument("--country", type=_country, metavar="CODE", help="the country of numbers that begin with 0")
    return parser


def _country(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise ValueError
    return text
