"""The environment, for libraries that require UTF-8."""

from __future__ import annotations

import os


def utf8_environment() -> dict[str, str]:
    """Return the environment without variables that are not UTF-8, such as PWD in a directory with a Latin-1 name.

    Temporal's configuration reader panics on such variables.
    """
    return {name: value for name, value in os.environ.items() if _is_utf8(name) and _is_utf8(value)}


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # os.environ contains lone surrogates for what it could not decode
        return False
    return True
