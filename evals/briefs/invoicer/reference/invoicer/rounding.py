"""Rounding to whole cents."""

from decimal import ROUND_HALF_UP, Decimal


def to_cents(value: Decimal) -> int:
    """Round half away from zero."""
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def percent_of(percent: int, cents: int) -> int:
    return to_cents(Decimal(cents * percent) / 100)
