"""What an address, a name and a day may be."""

import re
from datetime import date
from urllib.parse import urlsplit

MAX_ADDRESS = 2048

_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9-]{3,30}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def address(text: str) -> str:
    """Return the address, or raise ValueError if it cannot be shortened."""
    if len(text) > MAX_ADDRESS:
        raise ValueError(f"an address has at most {MAX_ADDRESS:,} characters")
    if not _ADDRESS.fullmatch(text) or not urlsplit(text).hostname:
        raise ValueError(f"not an http or https address of printable ASCII characters: {text!r}")
    return text


def name(text: str) -> str:
    """Return the name, or raise ValueError if a link cannot have it."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"a name has 3 to 30 letters, digits or hyphens: {text!r}")
    return text


def day(text: str) -> date:
    """Return the date, or raise ValueError. `fromisoformat` alone also accepts other forms."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"a day is written YYYY-MM-DD: {text!r}")
    return date.fromisoformat(text)
