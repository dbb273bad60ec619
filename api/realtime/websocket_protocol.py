"""uvicorn's WebSocket protocol, for peers that stop reading or never stop sending: bounded buffers, an end that does
not wait for them, and frames counted of whatever kind.

Give it to uvicorn as `ws="api.realtime.websocket_protocol:LimitedWebSocketProtocol"`.
"""

from __future__ import annotations

import socket
from asyncio import BaseTransport
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from api.realtime.close_codes import CloseCode
from api.realtime.rate_limit import RateLimit

ABORT = "botarmy.abort"
"""The extension of the scope that ends the connection at once: a function without arguments."""

SEND_BUFFER_BYTES = 128 * 1024
SHUTDOWN_SECONDS = 2.0

MAX_BURST = 250
MAX_PER_SECOND = 200.0
"""Frames of any kind, so many at once and then a second. Over that the peer is cut off: the socket itself has closed
before, if these were messages, and pings, pongs and fragments it never sees. The more at once, the longer all others
wait for whoever floods: their p99 grew by 1.8 times with 400, and by 1.4 with 250 (tests/abuse/test_neighbours.py)."""

PIECE = 1024
"""Bytes that are parsed in one go: they can be more than a hundred frames."""


class LimitedWebSocketProtocol(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._rate_limit = RateLimit(self.loop.time(), MAX_BURST, MAX_PER_SECOND)

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

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + PIECE])

    def handle_text(self, event: Frame) -> None:
        if self._admit():
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        if self._admit():
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        if self._admit():
            super().handle_cont(event)

    def handle_ping(self) -> None:
        if self._admit():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._admit():
            super().handle_pong(event)

    def _admit(self) -> bool:
        """Whether the peer may send one more frame; it is cut off where it may not."""
        if self.transport.is_closing():
            return False
        if self._rate_limit.spend(self.loop.time()):
            return True
        self.stop_keepalive()
        self.conn.fail(CloseCode.TOO_MANY_FRAMES, "too many frames")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self.loop.call_later(SHUTDOWN_SECONDS, self.transport.abort)
        return False

    def shutdown(self) -> None:
        super().shutdown()
        # A closed transport first sends what it holds, which a peer that does not read never takes.
        self.loop.call_later(SHUTDOWN_SECONDS, self.transport.abort)
