"""Which Host headers the API accepts.

When a page's own domain is made to resolve to this machine (DNS rebinding), a browser treats the API as the page's own
origin, so the page could read and change everything. The page cannot choose the Host header, which is its domain. So
the API accepts only hosts that no attacker can own a name for: loopback, the IP address that the connection came in on,
and what the settings list.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from api.middleware.access_log import AccessLog
from api.problems import problem
from config.hosts import HostError, host_of, is_host, normalize
from config.settings import Settings
from models.contracts.contract import storable

log = structlog.get_logger(__name__)

TARGET = "botarmy.target"
"""The ASGI scope extension with the request target as it was sent, which may contain a host."""

_ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
MAX_SHOWN = 100


class Hosts:
    """The accepted hosts, on any port: ports may be forwarded."""

    def __init__(self, names: Iterable[str]) -> None:
        """Accept `names`, host names and IP addresses, besides loopback."""
        self._names = {"localhost", *names}

    @classmethod
    def of(cls, settings: Settings) -> Hosts:
        public = [urlsplit(url).netloc for url in settings.public_url]
        return cls(host_of(authority)[0] for authority in (*public, _as_authority(settings.host)) if authority)

    def accepts(self, authority: str, server: str | None) -> bool:
        """Return whether a request to this host is accepted on a connection that came in on the address `server`.

        Raises:
            HostError: the host cannot be parsed.
        """
        name, _ = host_of(authority)
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or (
            not address.is_unspecified and server is not None and name == _normalize_server(server)
        )


def _as_authority(host: str) -> str:
    """Return a listen address in the form of a Host header, or an empty string for a wildcard or a socket path."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host if is_host(host) else ""
    if address.is_unspecified:
        return ""
    return f"[{address}]" if address.version == 6 else str(address)


def _normalize_server(server: str) -> str:
    try:
        return normalize(ipaddress.ip_address(server))
    except ValueError:
        return ""


class HostCheck:
    """ASGI middleware that answers 421 to requests for other hosts, and 400 to those without exactly one valid host."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and (refusal := self._refusal(scope)):
            status, detail = refusal
            log.warning("host_refused", path=scope["path"], reason=detail)
            await AccessLog(problem(status, detail))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[HTTPStatus, str] | None:
        headers = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(headers) != 1:
            return HTTPStatus.BAD_REQUEST, f"A request needs one Host header; this one has {len(headers) or 'none'}."
        server = scope.get("server")
        # A host in the target overrides the header (RFC 9112, section 3.2.2); both must be accepted.
        for authority in [*headers, *_target_hosts(scope)]:
            shown = storable(authority[:MAX_SHOWN])
            try:
                if not self._hosts.accepts(authority, server[0] if server else None):
                    detail = f"This API is not {shown}; BOTARMY_PUBLIC_URL lists the URLs under which it is reached."
                    return HTTPStatus.MISDIRECTED_REQUEST, detail
            except HostError:
                return HTTPStatus.BAD_REQUEST, f"{shown!r} is not a valid host."
        return None


def _target_hosts(scope: Scope) -> list[str]:
    extensions: dict[str, Any] = scope.get("extensions") or {}
    absolute = _ABSOLUTE.match(extensions.get(TARGET, b""))
    return [absolute[1].decode("latin-1")] if absolute else []
