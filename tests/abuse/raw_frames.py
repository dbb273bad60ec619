"""WebSocket frames built by hand, to send what no client library would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.abuse.raw_connection import Connection
from tests.signing_in import ADMIN_TOKEN

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    f"Authorization: Bearer {ADMIN_TOKEN}\r\n\r\n"
)


def frame(kind: int, data: bytes = b"", *, last: bool = True, masked: bool = True, stated: int | None = None) -> bytes:
    """Return a client's frame, with a zero mask that leaves the data unchanged. `stated` is the length it claims."""
    length = len(data) if stated is None else stated
    head = bytes([kind | (0x80 if last else 0)])
    mask = 0x80 if masked else 0
    if length < 126:
        head += bytes([mask | length])
    elif length < 2**16:
        head += bytes([mask | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([mask | 127]) + length.to_bytes(8, "big")
    return head + (bytes(4) if masked else b"") + data


@asynccontextmanager
async def open_websocket(url: str) -> AsyncIterator[Connection]:
    """Open a connection and complete the WebSocket handshake."""
    async with Connection.opened(url) as connection:
        await connection.send(HANDSHAKE.format(host=connection.host).encode())
        assert await connection.status() == 101
        yield connection
