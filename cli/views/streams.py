"""What rich is told of the streams that it writes to, beside what it sees itself."""

from __future__ import annotations

import os
from typing import Any, TextIO

FILE_WIDTH = 1000
"""Columns of what is no terminal: nothing that a program may read is ever cut or wrapped."""
NARROWEST = 20
"""Columns below which a table cannot be set; COLUMNS may say 0."""


def about(stream: TextIO) -> dict[str, Any]:
    """Options of rich's Console for a stream.

    FORCE_COLOR and TTY_COMPATIBLE, which CI services set, ask for colours in a file, and so rich takes it for a
    terminal. Nothing moves in a file: no table is drawn anew there, and no cursor is steered.
    """
    if not _is_terminal(stream):
        return {"width": FILE_WIDTH, "force_interactive": False}
    columns = os.environ.get("COLUMNS", "")
    return {"width": max(int(columns), NARROWEST)} if columns.isdecimal() else {}


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # it is closed
        return False
