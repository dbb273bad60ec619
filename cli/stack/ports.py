"""Free ports to listen on."""

from __future__ import annotations

import errno
import random
import socket

# Below Linux's ephemeral range (32768 and up): any outgoing connection can take a port of that range, even a client
# that connects to the port itself while its server restarts.
FALLBACK_PORTS = range(15000, 32000)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server could listen on the port now, at every address of the host.

    Raises:
        OSError: the host has no address to listen at.
    """
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
                probe.listen()
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            return False
        raise OSError(error.errno, f"cannot listen on {host}: {error.strerror or error}") from None
    return True


def free_port(preferred: int = 0, host: str = "127.0.0.1") -> int:
    """Return the preferred port if it is free, else one from the fallback range.

    Another process can take the port before its server does; the caller then tries another one
    (`Component.choose_another_port`).

    Raises:
        OSError: no port is free, or `host` has no address to listen at.
    """
    if preferred and is_free(preferred, host):
        return preferred
    for port in random.sample(FALLBACK_PORTS, 200):
        if is_free(port, host):
            return port
    raise OSError(f"no free port on {host}")
