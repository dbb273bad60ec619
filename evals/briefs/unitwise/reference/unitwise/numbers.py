"""Reads amounts and writes results."""

import re
from fractions import Fraction

from unitwise.units import ConversionError

MAX_PLACES = 10

_AMOUNT = re.compile(
    r"(?P<sign>-?)(?:(?P<decimal>[0-9]+|[0-9]*\.[0-9]+)|(?:(?P<whole>[0-9]+) )?(?P<above>[0-9]+)/(?P<below>[0-9]+))"
)


def parse(text: str) -> Fraction:
    """Return the amount: a whole number, a decimal, a fraction, or a whole number and a fraction."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ConversionError(f"not an amount: {text!r}")
    if match["decimal"]:
        size = Fraction(match["decimal"])
    elif int(match["below"]) == 0:
        raise ConversionError(f"a fraction cannot be divided by zero: {text!r}")
    else:
        size = int(match["whole"] or 0) + Fraction(int(match["above"]), int(match["below"]))
    return -size if match["sign"] else size


def show(value: Fraction, places: int) -> str:
    """Return the value rounded half away from zero, without zeros at the end."""
    scale = 10**places
    rounded = int(abs(value) * scale + Fraction(1, 2))
    whole, rest = divmod(rounded, scale)
    digits = f"{rest:0{places}}".rstrip("0") if places else ""
    sign = "-" if value < 0 and rounded else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"
