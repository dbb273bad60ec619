"""Sizes and counts in words."""

from __future__ import annotations


def format_size(size: int) -> str:
    """Return a number of bytes for people: `850 B`, `1.5 KiB`, `3 MiB`."""
    if size < 2**10:
        return f"{size} B"
    number, unit = (size / 2**10, "KiB") if size < 2**20 else (size / 2**20, "MiB")
    return f"{number:.1f}".removesuffix(".0") + f" {unit}"


def format_count(number: int, noun: str) -> str:
    """Return a number of things for people: `1 file`, `2 files`, `1,200 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
