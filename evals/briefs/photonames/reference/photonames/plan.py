"""Decides which photo gets which name. Nothing here touches the disk."""

import re
from collections.abc import Iterable
from pathlib import PurePath

MIN_DIGITS = 3
MAX_START = 999_999

_PHOTO = re.compile(r"[^.].*\.(jpg|jpeg|png)", re.IGNORECASE | re.DOTALL)
_PREFIX = re.compile(r"[a-z][a-z0-9-]{0,39}")
_DIGITS = re.compile(r"([0-9]+)")

Renames = list[tuple[str, str]]
"""Old and new names, in the order of the numbers."""


def is_photo(name: str) -> bool:
    return _PHOTO.fullmatch(name) is not None


def checked_prefix(text: str) -> str:
    """Return the prefix, or raise ValueError."""
    if not _PREFIX.fullmatch(text):
        raise ValueError(f"a prefix is up to 40 lower-case letters, digits or hyphens, a letter first: {text!r}")
    return text


def plan(photos: Iterable[str], prefix: str, start: int) -> Renames:
    """Return the new name of every photo, also of those that have it already."""
    ordered = sorted(photos, key=lambda name: (_natural(name), name))
    digits = max(MIN_DIGITS, len(str(start + len(ordered) - 1)))
    return [(name, f"{prefix}-{number:0{digits}}.{_extension(name)}") for number, name in enumerate(ordered, start)]


def _natural(name: str) -> list[str | int]:
    """Return a key in which runs of digits are numbers. Text and numbers alternate, so keys can be compared."""
    return [int(part) if place % 2 else part for place, part in enumerate(_DIGITS.split(name.casefold()))]


def _extension(name: str) -> str:
    extension = PurePath(name).suffix[1:].lower()
    return "jpg" if extension == "jpeg" else extension
