"""The person at the terminal."""

from __future__ import annotations

import getpass


def person() -> str:
    """Return the person's name, as far as the system knows it."""
    try:
        return getpass.getuser()[:255] or "human"
    except (KeyError, OSError):
        return "human"
