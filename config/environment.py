"""The environment, for readers that take UTF-8 only."""

from __future__ import annotations

import os


def utf8_environment() -> dict[str, str]:
    """The environment without the variables that are not UTF-8, such as PWD in a directory named in Latin-1.

    Temporal's reader of its client configuration does not skip these, it panics.
    """
    return {name: value for name, value in os.environ.items() if _is_utf8(name) and _is_utf8(value)}


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # os.environ holds what it could not decode as lone surrogates
        return False
    return True
