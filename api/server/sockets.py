"""The sockets that the API listens on."""

from __future__ import annotations

import socket


def bind(host: str, port: int, *, shared: bool = False) -> list[socket.socket]:
    """Bind every address of the host. Processes of one user may share a port, if all of them say so: the kernel then
    distributes the connections.

    Raises:
        OSError: the port is taken, or the host has no address to listen at.
    """
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            bound.append(listener := socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(address)
    except OSError:
        for each in bound:
            each.close()
        raise
    return bound
