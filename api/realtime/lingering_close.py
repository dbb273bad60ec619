"""Close a connection so that the peer can still read why, however much it is sending.

A connection that is closed while received bytes are unread is reset, and a peer that is still sending then loses the
close frame. So the server ends its own direction only, and discards what arrives until the peer closes, for a limited
time and a limited number of bytes.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

LINGER_SECONDS = 2.0
LINGER_BYTES = 2**20
"""More than a client has in flight when it exceeds the rate limit."""
MAX_LINGERING = 32
"""Connections that linger at once, each with a descriptor that no limit of WebSockets counts any more. Further ones are
closed at once."""


class LingeringClose:
    lingering: ClassVar[set[LingeringClose]] = set()

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        """Start to close, once what was written is sent."""
        self._transport, self._bytes_left = transport, LINGER_BYTES
        self.timer = loop.call_later(LINGER_SECONDS, transport.abort)
        """When the connection is aborted. The owner cancels it when the connection has ended."""
        if len(self.lingering) < MAX_LINGERING:
            self.lingering.add(self)
            transport.write_eof()
            transport.resume_reading()
        else:
            transport.close()

    def discard(self, data: bytes) -> None:
        """Discard what the peer sent; abort the connection if that is too much."""
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            self._transport.abort()

    def end(self) -> None:
        """Note that the connection has ended."""
        self.lingering.discard(self)
        self.timer.cancel()
