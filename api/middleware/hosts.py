"""Under which names the API answers.

A page whose name is made to resolve to this machine (DNS rebinding) is of the API's own origin for a browser: it would
read and change everything. Such a page cannot choose its Host, which is its own name. So only hosts that no stranger
can make a name for are answered: loopback, an IP address that the connection came in on, and what the settings name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from api.middleware.access_log import Access
from api.problems import problem
from config.settings import Settings
from models.contracts.contract import storable

log = structlog.get_logger(__name__)

TARGET = "botarmy.target"
"""The extension of the scope that holds the request's target as it was sent, which may name a host itself."""

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{0,5}))?")
_ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
MAX_SHOWN = 100


class HostError(ValueError):
    """A Host that cannot be read."""


@lru_cache(maxsize=256)
def host_of(authority: str) -> tuple[str, int | None]:
    """The name in its usual spelling, and the port if there is one, of a Host header or of the part of a URL.

    Raises:
        HostError: it is neither a name nor an IP address, or its port is none.
    """
    found = _HOST.fullmatch(authority)
    if found is None or int(found["port"] or 0) > 65535:
        raise HostError(authority)
    name = found["name"].strip("[]").lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        if found["name"].startswith("["):
            raise HostError(authority) from None
        name = name.removesuffix(".")
        if not name:
            raise HostError(authority) from None
    else:
        name = _written(address)
    return name, int(found["port"]) if found["port"] else None


def _written(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


class Hosts:
    """The hosts that are answered, whatever their port: it may be forwarded."""

    def __init__(self, names: Iterable[str]) -> None:
        """Besides loopback, `names`: host names and IP addresses."""
        self._names = {"localhost", *names}

    @classmethod
    def of(cls, settings: Settings) -> Hosts:
        named = [urlsplit(url).netloc for url in settings.public_url]
        return cls(host_of(one)[0] for one in (*named, _bracketed(settings.host)) if one)

    def answers(self, authority: str, server: str | None) -> bool:
        """Whether a request to this host is answered that came in on the address `server`.

        Raises:
            HostError: it cannot be read.
        """
        name, _ = host_of(authority)
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or (not address.is_unspecified and server is not None and name == _own(server))


def _bracketed(host: str) -> str:
    """A listening address as a Host has it; nothing where it stands for all of them, or is a socket's path."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host if _HOST.fullmatch(host) else ""
    if address.is_unspecified:
        return ""
    return f"[{address}]" if address.version == 6 else str(address)


def _own(server: str) -> str:
    try:
        return _written(ipaddress.ip_address(server))
    except ValueError:
        return ""


class HostCheck:
    """ASGI middleware that answers 421 to requests for other hosts, and 400 to those that do not name one host."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and (refusal := self._refusal(scope)):
            status, detail = refusal
            log.warning("host_refused", path=scope["path"], reason=detail)
            await Access(problem(status, detail))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[HTTPStatus, str] | None:
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1:
            return HTTPStatus.BAD_REQUEST, f"A request has one Host header; this one has {len(given) or 'none'}."
        server = scope.get("server")
        # A target that names a host overrules the header (RFC 9112, section 3.2.2); we want both to be ours.
        for authority in [*given, *_named_by_target(scope)]:
            shown = storable(authority[:MAX_SHOWN])
            try:
                if not self._hosts.answers(authority, server[0] if server else None):
                    detail = f"This API is not {shown}; BOTARMY_PUBLIC_URL names the URLs under which people reach it."
                    return HTTPStatus.MISDIRECTED_REQUEST, detail
            except HostError:
                return HTTPStatus.BAD_REQUEST, f"{shown!r} is not a host."
        return None


def _named_by_target(scope: Scope) -> list[str]:
    extensions: dict[str, Any] = scope.get("extensions") or {}
    absolute = _ABSOLUTE.match(extensions.get(TARGET, b""))
    return [absolute[1].decode("latin-1")] if absolute else []
