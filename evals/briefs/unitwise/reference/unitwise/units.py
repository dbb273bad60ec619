"""The units, and conversion between them."""

from dataclasses import dataclass
from fractions import Fraction

TEMPERATURE = "temperature"


class ConversionError(Exception):
    """The amount cannot be converted."""


@dataclass(frozen=True)
class Unit:
    """`amount * factor + offset` is in the base unit of the kind: mm, g, ml or k."""

    name: str
    kind: str
    factor: Fraction
    offset: Fraction = Fraction(0)


_FACTORS = {
    "length": {
        "mm": "1",
        "cm": "10",
        "m": "1000",
        "km": "1000000",
        "in": "25.4",
        "ft": "304.8",
        "yd": "914.4",
        "mi": "1609344",
    },
    "weight": {"g": "1", "kg": "1000", "oz": "28.349523125", "lb": "453.59237"},
    "volume": {"ml": "1", "l": "1000", "tsp": "5", "tbsp": "15", "cup": "240"},
}
_TEMPERATURES = [
    Unit("c", TEMPERATURE, Fraction(1), Fraction("273.15")),
    Unit("f", TEMPERATURE, Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
    Unit("k", TEMPERATURE, Fraction(1)),
]

UNITS = {
    unit.name: unit
    for unit in [
        *(Unit(name, kind, Fraction(text)) for kind, names in _FACTORS.items() for name, text in names.items()),
        *_TEMPERATURES,
    ]
}
"""By name, in the order in which they are listed."""


def find(name: str) -> Unit:
    """Return the unit of that name, in any case."""
    try:
        return UNITS[name.lower()]
    except KeyError:
        raise ConversionError(f"unknown unit {name!r}") from None


def convert(amount: Fraction, source: Unit, target: Unit) -> Fraction:
    """Return the exact amount in the target unit.

    Raises:
        ConversionError: the units are of different kinds, or nothing can measure so little.
    """
    if source.kind != target.kind:
        raise ConversionError(f"cannot convert {source.name} to {target.name}")
    base = amount * source.factor + source.offset
    if base < 0:
        limit = "a temperature is at least 0 k" if source.kind == TEMPERATURE else "only temperatures can be negative"
        raise ConversionError(limit)
    return (base - target.offset) / target.factor
