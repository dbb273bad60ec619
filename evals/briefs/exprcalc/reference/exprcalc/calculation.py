"""The parts of a formula, and their values."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

MAX_EXPONENT = 100
MAX_PLACES = 10
LIMIT = 10**100

_MAX_BITS = 100_000
"""A power whose numerator or denominator would have more bits is also too large, so that no formula takes long."""


class ImpossibleError(Exception):
    """The value cannot be calculated."""


class Node(ABC):
    @abstractmethod
    def value(self) -> Fraction:
        """Return the exact value, or raise ImpossibleError."""


@dataclass(frozen=True)
class Number(Node):
    number: Fraction

    def value(self) -> Fraction:
        return _limited(self.number)


@dataclass(frozen=True)
class Call(Node):
    """An operator or a function with its arguments."""

    function: Callable[..., Fraction]
    arguments: Sequence[Node]

    def value(self) -> Fraction:
        return _limited(self.function(*(argument.value() for argument in self.arguments)))


def divide(left: Fraction, right: Fraction) -> Fraction:
    if right == 0:
        raise ImpossibleError("division by zero")
    return left / right


def power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > MAX_EXPONENT:
        raise ImpossibleError(f"exponent must be a whole number from -{MAX_EXPONENT} to {MAX_EXPONENT}")
    if base == 0 and exponent < 0:
        raise ImpossibleError("division by zero")
    if max(base.numerator.bit_length(), base.denominator.bit_length()) * abs(exponent) > _MAX_BITS:
        raise ImpossibleError("too large")
    return Fraction(base ** int(exponent))


def rounded(value: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    """Round half away from zero."""
    if places.denominator != 1 or not 0 <= places <= MAX_PLACES:
        raise ImpossibleError(f"places must be a whole number from 0 to {MAX_PLACES}")
    scale = 10 ** int(places)
    size = Fraction(int(abs(value) * scale + Fraction(1, 2)), scale)
    return -size if value < 0 else size


def show(value: Fraction) -> str:
    """Return the value with at most ten places, without zeros at the end."""
    number = rounded(value, Fraction(MAX_PLACES))
    whole, rest = divmod(abs(number.numerator) * 10**MAX_PLACES // number.denominator, 10**MAX_PLACES)
    text = f"{whole}.{rest:0{MAX_PLACES}}".rstrip("0").rstrip(".")
    return f"-{text}" if number < 0 else text


def _limited(value: Fraction) -> Fraction:
    if abs(value) >= LIMIT:
        raise ImpossibleError("too large")
    return value
