"""The session's cookie."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from config.hosts import HostError, host_of
from store.identity.sessions import LIFETIME

NAME = "botarmy_session"

SIGN_IN = "botarmy_sign_in"
"""The cookie of a browser that is signing in at an identity provider."""


def is_secure(connection: HTTPConnection, public_urls: Sequence[str]) -> bool:
    """Return whether the browser reaches the API over TLS, perhaps through a proxy that ends it."""
    if connection.url.scheme in ("https", "wss"):
        return True
    host = connection.headers.get("host", "")
    return any(url.scheme == "https" and url.netloc == host for url in map(urlsplit, public_urls))


def cookie_name(connection: HTTPConnection, public_urls: Sequence[str], name: str = NAME) -> str:
    """Return the cookie's name. Cookies do not know ports, so that the name contains the port where another stack of
    this machine may have the same host."""
    if is_secure(connection, public_urls):
        return f"__Host-{name}"
    try:
        _, port = host_of(connection.headers.get("host", ""))
    except HostError:
        port = None
    return f"{name}_{port or 80}"


def set_cookie(
    response: Response,
    connection: HTTPConnection,
    public_urls: Sequence[str],
    token: str,
    *,
    name: str = NAME,
    lifetime: timedelta = LIFETIME,
) -> None:
    response.set_cookie(
        cookie_name(connection, public_urls, name),
        token,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=is_secure(connection, public_urls),
        httponly=True,
        samesite="lax",
    )


def delete_cookie(response: Response, connection: HTTPConnection, public_urls: Sequence[str]) -> None:
    response.delete_cookie(
        cookie_name(connection, public_urls),
        path="/",
        secure=is_secure(connection, public_urls),
        httponly=True,
        samesite="lax",
    )
