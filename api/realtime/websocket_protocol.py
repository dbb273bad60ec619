"""uvicorn's WebSocket protocol with limits for peers that stop reading or never stop sending: bounded buffers, turns of
the event loop that are shared with the other connections, a close that hardly waits for the peer, and a rate limit for
frames of every kind.

Give it to uvicorn as `ws="api.realtime.websocket_protocol:LimitedWebSocketProtocol"`.
"""

from __future__ import annotations

import socket
from asyncio import BaseTransport
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any, cast

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from api.realtime.close_codes import CloseCode
from api.realtime.lingering_close import LingeringClose
from api.realtime.rate_limit import RateLimit

ABORT = "botarmy.abort"
"""The ASGI scope extension that aborts the connection: a function without arguments."""

SEND_TEXTS = "botarmy.send_texts"
"""The ASGI scope extension that sends texts, each as a frame: a `SendTexts`. What is sent to many connections is
encoded once, and no middleware looks at it: a frame costs a quarter of the time of a `websocket.send`."""

SendTexts = Callable[[Sequence[str]], Awaitable[None]]

SEND_BUFFER_BYTES = 128 * 1024
SHUTDOWN_SECONDS = 2.0

MAX_BURST = 250
MAX_PER_SECOND = 200.0
"""Frames of any kind: the burst and the rate. A peer that exceeds them is disconnected. (`Socket` limits messages more
strictly, and does not see pings, pongs and fragments.)"""

SLICE = 256
"""Bytes that are parsed in one turn of the event loop: up to 42 frames."""


@lru_cache(maxsize=64)
def _frame_of(text: str) -> bytes:
    """Return a text as the bytes of a frame. Those of a server are not masked, and ours are not compressed."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class LimitedWebSocketProtocol(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._rate_limit = RateLimit(self.loop.time(), MAX_BURST, MAX_PER_SECOND)
        self.unparsed = bytearray()
        """What has been received and not parsed yet: a part of one read, since reading pauses meanwhile."""
        self._closing: LingeringClose | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        # By default the kernel buffers megabytes for a peer that does not read, which would delay its detection.
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions = cast(dict[str, object], self.scope["extensions"])
            extensions |= {ABORT: self.transport.abort, SEND_TEXTS: self.send_texts}

    def connection_lost(self, exc: Exception | None) -> None:
        if self._closing is not None:
            self._closing.end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._closing is not None:
            self._closing.discard(data)
            return
        is_parsing = bool(self.unparsed)
        self.unparsed += data
        if not is_parsing:
            self._parse()

    def _parse(self) -> None:
        """Parse a slice, and the next one after the other connections have had their turn."""
        if not self._has_ended:
            try:
                super().data_received(bytes(self.unparsed[:SLICE]))
            except BaseException:
                self.transport.abort()  # asyncio does so only for what it calls itself
                raise
            del self.unparsed[:SLICE]
        if self._has_ended:
            self.unparsed.clear()
        elif self.unparsed:
            self.transport.pause_reading()
            self.loop.call_soon(self._parse)
        elif not self.read_paused:
            self.transport.resume_reading()

    @property
    def _has_ended(self) -> bool:
        return self._closing is not None or self.transport.is_closing()

    async def receive(self) -> ASGIReceiveEvent:
        message = await super().receive()
        self._pause_while_parsing()
        return message

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        self._pause_while_parsing()

    async def send_texts(self, texts: Sequence[str]) -> None:
        """Send texts in one write, once the peer has taken what was sent before.

        Raises:
            ClientDisconnected: the connection is closed, or about to be.
        """
        await self.writable.wait()
        if self.disconnected or self.close_sent or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        self.transport.write(b"".join(map(_frame_of, texts)))

    def _pause_while_parsing(self) -> None:
        """uvicorn resumes reading when the application has received everything, and when it closes."""
        if self.unparsed and not self._has_ended:
            self.transport.pause_reading()

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
        if self._has_ended:
            return False
        if self._rate_limit.try_acquire(self.loop.time()):
            return True
        self.conn.fail(CloseCode.TOO_MANY_FRAMES, "too many frames")
        self.handle_parser_exception()
        return False

    def handle_parser_exception(self) -> None:
        """Close the connection, which has failed: its close frame is ready, unless one was sent before. There is none
        before the handshake is answered."""
        close = self.conn.close_sent
        if close is None:
            self.transport.abort()
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": close.code, "reason": close.reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.close_timer is not None:
            self.close_timer.cancel()
        self._closing = LingeringClose(self.loop, self.transport)
        self.close_timer = self._closing.timer  # as long as there is one, uvicorn does not close the connection itself

    def shutdown(self) -> None:
        super().shutdown()
        # A closed transport first sends what it has buffered; a peer that does not read would delay it forever.
        self.loop.call_later(SHUTDOWN_SECONDS, self.transport.abort)
