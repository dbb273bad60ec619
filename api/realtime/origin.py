"""Which pages may open a socket: a browser lets any page reach any server, localhost too."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit


def admitted(origin: str | None, host: str | None, allowed: Iterable[str]) -> bool:
    """Whether a handshake with these Origin and Host headers may go on: same host, allowed by name, or no browser."""
    if origin is None:
        return True
    if origin.lower() in {name.lower().rstrip("/") for name in allowed}:
        return True
    try:
        netloc = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(netloc) and host is not None and netloc.lower() == host.lower()
