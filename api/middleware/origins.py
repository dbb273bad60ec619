"""Which pages may change data or open a WebSocket.

A browser lets any page send requests to any server, localhost included, and may add the session's cookie.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem
from config.hosts import HostError, host_of

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
PORTS = {"http": 80, "https": 443}


class OriginCheck:
    """ASGI middleware that answers 403 when a page of another origin, which is not allowed, sends a request that may
    change something. Reading is left to CORS, which keeps the response from such a page."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            if not is_allowed_origin(headers.get("origin"), headers.get("host"), self._allowed):
                detail = "Pages of this origin may not call this API; BOTARMY_ALLOWED_ORIGINS lists those that may."
                await problem(HTTPStatus.FORBIDDEN, detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_allowed_origin(origin: str | None, host: str | None, allowed: Iterable[str]) -> bool:
    """Return whether a request with this Origin is allowed: it has none (no browser sent it), the origin is on the
    list, or it is the requested host, which `HostCheck` has verified already."""
    if origin is None:
        return True
    if (parsed := _parse_origin(origin)) is None:
        return False
    if parsed in map(_parse_origin, allowed):
        return True
    scheme, name, port = parsed
    try:
        host_name, host_port = host_of(host or "")
    except HostError:
        return False
    return (name, port) == (host_name, host_port or PORTS[scheme])


def _parse_origin(origin: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an origin or a URL, or None if it has no such parts, such as `null`."""
    try:
        parts = urlsplit(origin.strip().lower())
        name, port = host_of(parts.netloc)
    except ValueError:
        return None
    return (parts.scheme, name, port or PORTS[parts.scheme]) if parts.scheme in PORTS else None
