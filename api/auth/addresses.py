"""Where a request comes from."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection


def address_of(connection: HTTPConnection) -> str | None:
    """Return the address that a request came from, or that a trusted proxy names."""
    return connection.client.host if connection.client else None


def network_of(address: str | None) -> str:
    """Return what counts as one address: of IPv6, the network that a household gets."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
