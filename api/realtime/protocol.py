"""uvicorn's WebSocket protocol, for peers that stop reading: bounded buffers, and an end that does not wait for them.

Give it to uvicorn as `ws="api.realtime.protocol:RelayProtocol"`.
"""

from __future__ import annotations

import socket
from asyncio import BaseTransport
from typing import cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

ABORT = "botarmy.abort"
"""The extension of the scope that ends the connection at once: a function without arguments."""

SEND_BUFFER_BYTES = 128 * 1024
SHUTDOWN_SECONDS = 2.0


class RelayProtocol(WebSocketsSansIOProtocol):
    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        # Left alone the kernel buffers megabytes for a peer that does not read, and we would learn of it late.
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            cast(dict[str, object], self.scope["extensions"])[ABORT] = self.transport.abort

    def shutdown(self) -> None:
        super().shutdown()
        # A closed transport first sends what it holds, which a peer that does not read never takes.
        self.loop.call_later(SHUTDOWN_SECONDS, self.transport.abort)
