"""Parses Python source, also in several threads at once."""

from __future__ import annotations

import ast
import threading

_parsing = threading.Lock()
"""CPython before 3.11.8 and 3.12.2 counts the depth of nested code for all threads together (python/cpython#106905). If
two threads parse at once, it may refuse valid source with a SystemError."""


def parse(source: str, path: str = "<unknown>") -> ast.Module:
    """Return the syntax tree.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: the source is not valid Python, or nested too deeply.
    """
    with _parsing:
        try:
            return ast.parse(source, path)
        except SystemError:  # another thread formatted a traceback, which parses without the lock
            return ast.parse(source, path)
