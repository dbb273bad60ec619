"""uvicorn's WebSocket protocol with limits for peers that stop reading or never stop sending: bounded buffers, a close
that does not wait for the peer, and a rate limit for frames of every kind.

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
"""The ASGI scope extension that aborts the connection: a function without arguments."""

SEND_BUFFER_BYTES = 128 * 1024
SHUTDOWN_SECONDS = 2.0

MAX_BURST = 250
MAX_PER_SECOND = 200.0
"""Frames of any kind: the burst and the rate. A peer that exceeds them is disconnected. (`Socket` limits messages more
strictly, and does not see pings, pongs and fragments.) The larger the burst, the longer a flood delays all other
clients: their p99 grew by 1.8 times with 400, and by 1.4 with 250 (tests/abuse/test_noisy_neighbours.py)."""

CHUNK = 1024
"""Bytes that are parsed in one go: they can be more than a hundred frames."""


class LimitedWebSocketProtocol(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._rate_limit = RateLimit(self.loop.time(), MAX_BURST, MAX_PER_SECOND)

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        # By default the kernel buffers megabytes for a peer that does not read, which would delay its detection.
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            cast(dict[str, object], self.scope["extensions"])[ABORT] = self.transport.abort

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + CHUNK])

    def handle_text(self, event: Frame) -> None:
        if self._accept_frame():
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        if self._accept_frame():
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        if self._accept_frame():
            super().handle_cont(event)

    def handle_ping(self) -> None:
        if self._accept_frame():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._accept_frame():
            super().handle_pong(event)

    def _accept_frame(self) -> bool:
        """Return whether the peer may send one more frame; disconnect it otherwise."""
        if self.transport.is_closing():
            return False
        if self._rate_limit.try_acquire(self.loop.time()):
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
        # A closed transport first sends what it has buffered; a peer that does not read would delay it forever.
        self.loop.call_later(SHUTDOWN_SECONDS, self.transport.abort)
