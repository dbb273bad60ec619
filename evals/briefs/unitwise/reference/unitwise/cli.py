"""The command line. It is read by hand: argparse takes an amount such as -1/2 for an option."""

import sys
from collections.abc import Iterable, Sequence
from itertools import groupby

from unitwise import numbers
from unitwise.units import UNITS, ConversionError, convert, find

USAGE = "usage: unitwise AMOUNT FROM TO [--places N] | unitwise - [--places N] | unitwise units"
DEFAULT_PLACES = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    try:
        words, places = _split(sys.argv[1:] if arguments is None else arguments)
        match words:
            case ["units"]:
                _list()
            case ["-"]:
                return _convert_lines(sys.stdin, places)
            case [amount, source, target]:
                print(_converted(amount, source, target, places))
            case _:
                raise ConversionError(USAGE)
    except ConversionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _split(arguments: Sequence[str]) -> tuple[list[str], int]:
    """Return the words, and the number of places."""
    words = list(arguments)
    if "--places" not in words:
        return words, DEFAULT_PLACES
    at = words.index("--places")
    value = "".join(words[at + 1 : at + 2])
    if not (value.isascii() and value.isdigit() and int(value) <= numbers.MAX_PLACES):
        raise ConversionError(f"--places takes a whole number from 0 to {numbers.MAX_PLACES}")
    return words[:at] + words[at + 2 :], int(value)


def _list() -> None:
    for kind, units in groupby(UNITS.values(), key=lambda unit: unit.kind):
        print(f"{kind}:", *(unit.name for unit in units))


def _convert_lines(lines: Iterable[str], places: int) -> int:
    code = 0
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            *amount, source, target = line.split() if len(line.split()) > 2 else ["", "", ""]
            print(_converted(" ".join(amount), source, target, places))
        except ConversionError as error:
            print(f"line {number}: error: {error}", file=sys.stderr)
            code = 1
    return code


def _converted(amount: str, source: str, target: str, places: int) -> str:
    unit = find(target)
    return f"{numbers.show(convert(numbers.parse(amount), find(source), unit), places)} {unit.name}"
