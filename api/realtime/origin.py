"""Which pages may change things, and open a socket: a browser lets any page reach any server, localhost too."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from api.middleware.hosts import HostError, host_of

PORTS = {"http": 80, "https": 443}


def admitted(origin: str | None, host: str | None, allowed: Iterable[str]) -> bool:
    """Whether a request with this Origin may go on: from a page that is allowed by name, from one of the host that
    was asked, which is one of ours by now (`HostCheck`), or from no browser."""
    if origin is None:
        return True
    if (asking := _origin_of(origin)) is None:
        return False
    if asking in map(_origin_of, allowed):
        return True
    scheme, name, port = asking
    try:
        asked, asked_port = host_of(host or "")
    except HostError:
        return False
    return (name, port) == (asked, asked_port or PORTS[scheme])


def _origin_of(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin, or of the URL of one; None where it is none, such as `null`."""
    try:
        parts = urlsplit(origin.strip().lower())
        name, port = host_of(parts.netloc)
    except ValueError:
        return None
    return (parts.scheme, name, port or PORTS[parts.scheme]) if parts.scheme in PORTS else None
