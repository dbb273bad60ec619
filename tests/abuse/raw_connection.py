"""Sends raw bytes to the API, as no well-behaved client does, and reads the response."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Connection:
    """A TCP connection to the API at a URL."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self.host = reader, writer, host

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncIterator[Connection]:
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            yield cls(reader, writer, address.netloc)
        finally:
            writer.transport.abort()

    def head(self, method: str, path: str, *fields: str) -> bytes:
        """Return a request's head, with defaults for Host and Content-Type."""
        set_fields = {field.split(":")[0].lower() for field in fields}
        defaults = [f"Host: {self.host}", "Content-Type: application/json"]
        lines = [
            f"{method} {path} HTTP/1.1",
            *(each for each in defaults if each.split(":")[0].lower() not in set_fields),
        ]
        return "\r\n".join([*lines, *fields, "", ""]).encode("latin-1")

    async def send(self, data: bytes) -> bool:
        """Send data. Return whether the server still reads."""
        with suppress(ConnectionError):
            self._writer.write(data)
            await self._writer.drain()
            await asyncio.sleep(0)  # drain() may not yield, and a closed connection would go unnoticed
            return not self._reader.at_eof()
        return False

    async def drip(self, data: bytes, seconds: float) -> None:
        """Send a byte at a time with pauses, until the server closes the connection."""
        for byte in data:
            if not await self.send(bytes([byte])):
                return
            await asyncio.sleep(seconds)

    async def status(self, within: float = 10) -> int:
        """Return the status of the next response, or 0 if the server closes the connection without one."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            async with asyncio.timeout(within):  # wait_for may lose a cancellation
                head = await self._reader.readuntil(b"\r\n\r\n")
            return int(head.split(b" ", 2)[1])
        return 0

    async def close_code(self, within: float = 15) -> int:
        """Return the code of the WebSocket's close frame, or 0 if the connection ends without one."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            async with asyncio.timeout(within):
                while True:
                    kind, length = await self._reader.readexactly(2)
                    assert length < 127, "the server sends no such large frames here"
                    size = length if length < 126 else int.from_bytes(await self._reader.readexactly(2), "big")
                    data = await self._reader.readexactly(size)
                    if kind & 0xF == 8:
                        return int.from_bytes(data[:2], "big")
        return 0

    async def ended(self, within: float = 10) -> bool:
        """Return whether the server closes the connection in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                with suppress(ConnectionError):
                    while await self._reader.read(2**16):
                        pass
                return True
        return False
