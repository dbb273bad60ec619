"""How many connections this process has descriptors for: those who ask are answered, however many listen."""

from __future__ import annotations

OTHERS = 64
"""Descriptors for everything but clients: PostgreSQL, Redis, Temporal, processes that work on content, files."""
LEAST, MOST = 96, 256
"""Descriptors that no WebSocket gets, but calls, and all else."""


def connections(descriptors: int) -> int:
    """How many clients may be connected at once, in whatever way."""
    return max(1, descriptors - OTHERS)


def sockets(descriptors: int) -> int:
    """How many of them may have a WebSocket."""
    return max(0, descriptors - min(MOST, max(LEAST, descriptors // 2)))
