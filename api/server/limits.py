"""How many connections this process can hold with its file descriptors, so that requests are answered however many
WebSockets are open."""

from __future__ import annotations

RESERVED = 64
"""Descriptors for everything but clients: PostgreSQL, Redis, Temporal, content processes, files."""

MIN_FOR_REQUESTS, MAX_FOR_REQUESTS = 96, 256
"""Bounds of the descriptors that no WebSocket may take, so that requests and everything else have some."""


def max_connections(descriptors: int) -> int:
    """Return how many clients may be connected at once, over HTTP and WebSocket together."""
    return max(1, descriptors - RESERVED)


def max_websockets(descriptors: int) -> int:
    """Return how many of them may have a WebSocket."""
    return max(0, descriptors - min(MAX_FOR_REQUESTS, max(MIN_FOR_REQUESTS, descriptors // 2)))
