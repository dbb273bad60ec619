"""Host names, as in a Host header or in a URL."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{0,5}))?")


class HostError(ValueError):
    """A Host that cannot be parsed."""


@lru_cache(maxsize=256)
def host_of(authority: str) -> tuple[str, int | None]:
    """Return the normalized name and the port, if any, of a Host header or of a URL's authority.

    Raises:
        HostError: the name is neither a host name nor an IP address, or the port is invalid.
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
        name = normalize(address)
    return name, int(found["port"]) if found["port"] else None


def is_loopback_host(host: str) -> bool:
    """Return whether only this machine reaches what listens on this address."""
    name = host.strip("[]").lower().partition("%")[0]
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def normalize(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Return the address as text; an IPv4 address mapped into IPv6 is returned as IPv4."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def is_host(text: str) -> bool:
    """Return whether the text has the form of a host, with or without a port."""
    return _HOST.fullmatch(text) is not None
