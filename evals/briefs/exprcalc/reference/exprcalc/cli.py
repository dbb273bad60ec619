"""The command line."""

import re
import sys
from collections.abc import Iterable, Sequence
from fractions import Fraction

from exprcalc.calculation import ImpossibleError, show
from exprcalc.parser import FUNCTIONS, parse
from exprcalc.tokens import WrongExpressionError, tokenize

_GIVEN = re.compile(r"([A-Za-z][A-Za-z0-9_]*)=(-?(?:[0-9]*\.[0-9]+|[0-9]+))")
_ASSIGNMENT = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9_]*)[ \t]*=")

FAILED_LINES, WRONG, IMPOSSIBLE = 1, 2, 3


class WrongNameError(Exception):
    """An argument is not NAME=VALUE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    expression, *given = (sys.argv[1:] if arguments is None else arguments) or [""]
    try:
        names = _read_names(given)
        if expression == "-":
            return _calculate_sheet(sys.stdin, names)
        print(show(_value(expression, names)))
    except (WrongExpressionError, WrongNameError) as error:
        return _fail(error, WRONG)
    except ImpossibleError as error:
        return _fail(error, IMPOSSIBLE)
    return 0


def _read_names(given: Iterable[str]) -> dict[str, Fraction]:
    names: dict[str, Fraction] = {}
    for argument in given:
        match = _GIVEN.fullmatch(argument)
        if match is None:
            raise WrongNameError(f"not NAME=VALUE: {argument!r}")
        if match[1] in FUNCTIONS or match[1] in names:
            raise WrongNameError(f"{match[1]} cannot be given")
        names[match[1]] = Fraction(match[2])
    return names


def _value(text: str, names: dict[str, Fraction], start: int = 0) -> Fraction:
    return parse(tokenize(text, start), names).value()


def _calculate_sheet(lines: Iterable[str], names: dict[str, Fraction]) -> int:
    code = 0
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        if not text.strip() or text.startswith("#"):
            continue
        try:
            _calculate_line(text, names)
        except (WrongExpressionError, ImpossibleError) as error:
            print(f"line {number}: error: {error}", file=sys.stderr)
            code = FAILED_LINES
    return code


def _calculate_line(text: str, names: dict[str, Fraction]) -> None:
    assignment = _ASSIGNMENT.match(text)
    if assignment is None:
        print(show(_value(text, names)))
        return
    name = assignment[1]
    if name in FUNCTIONS:
        raise WrongExpressionError(assignment.start(1) + 1, f"{name} is a function")
    names[name] = _value(text, names, assignment.end())


def _fail(error: Exception, code: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return code
