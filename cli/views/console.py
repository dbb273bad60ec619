"""Standard output and standard error, for people and for programs."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

from rich.console import Console

FILE_WIDTH = 1000
"""Columns of output that is not a terminal: nothing that a program may read is cut or wrapped."""
MIN_WIDTH = 20
"""The least number of columns in which anything can be set; COLUMNS may be 0."""
WIDTHS = ("COLUMNS", "TERMINAL_WIDTH")
"""Variables of rich and Typer. They set help in one column if asked to, and fail if the value is no number."""


class PlainConsole(Console):
    """A console that prints strings as they are.

    Paths, addresses and texts may contain what rich interprets by default: markup (`[/b]` fails, `[fd00::1]` vanishes)
    and emoji codes (`:bug:`). Styles are set with `Text` and `style`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def stdout() -> Console:
    return PlainConsole(**console_options(sys.stdout))


def stderr() -> Console:
    return PlainConsole(stderr=True, **console_options(sys.stderr))


def print_json(document: object) -> None:
    """Print a document on standard output, in ASCII, so that none of its characters can control a terminal."""
    print(json.dumps(document, indent=2))


def is_interactive() -> bool:
    """Return whether a person can see a question and answer it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def console_options(stream: TextIO) -> dict[str, Any]:
    """Return the options of rich's Console for a stream.

    CI services set FORCE_COLOR and TTY_COMPATIBLE to get colours in a file, from which rich concludes that the file is
    a terminal. With these options it neither redraws a table nor moves the cursor there.
    """
    if not _is_terminal(stream):
        return {"width": FILE_WIDTH, "force_interactive": False}
    return {}


def ignore_unusable_widths() -> None:
    """Remove widths from the environment in which nothing can be read."""
    for name in WIDTHS:
        value = os.environ.get(name, "")
        if not value.isdecimal() or int(value) < MIN_WIDTH:
            os.environ.pop(name, None)


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # it is closed
        return False
