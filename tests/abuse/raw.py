"""Bytes to the API, as no well-behaved client sends them, and what comes back."""

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
        """A request's head, as JSON's unless the fields say otherwise."""
        given = {field.split(":")[0].lower() for field in fields}
        usual = [f"Host: {self.host}", "Content-Type: application/json"]
        lines = [f"{method} {path} HTTP/1.1", *(each for each in usual if each.split(":")[0].lower() not in given)]
        return "\r\n".join([*lines, *fields, "", ""]).encode("latin-1")

    async def send(self, data: bytes) -> bool:
        """Whether the other side still takes it."""
        with suppress(ConnectionError):
            self._writer.write(data)
            await self._writer.drain()
            await asyncio.sleep(0)  # a drain of what is not full lets nobody hear that the other side has left
            return not self._reader.at_eof()
        return False

    async def drip(self, data: bytes, seconds: float) -> None:
        """Send a byte, wait so long, send the next, until the other side has had enough."""
        for byte in data:
            if not await self.send(bytes([byte])):
                return
            await asyncio.sleep(seconds)

    async def status(self, within: float = 10) -> int:
        """The status of the next answer; 0 where the other side ends the connection without one."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            async with asyncio.timeout(within):  # where wait_for may lose a cancellation
                head = await self._reader.readuntil(b"\r\n\r\n")
            return int(head.split(b" ", 2)[1])
        return 0

    async def close_code(self, within: float = 15) -> int:
        """The code of the WebSocket's close frame; 0 where the connection ends without one."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            async with asyncio.timeout(within):
                while True:
                    kind, length = await self._reader.readexactly(2)
                    assert length < 127, "the server sends no frames as large as that here"
                    size = length if length < 126 else int.from_bytes(await self._reader.readexactly(2), "big")
                    data = await self._reader.readexactly(size)
                    if kind & 0xF == 8:
                        return int.from_bytes(data[:2], "big")
        return 0

    async def ended(self, within: float = 10) -> bool:
        """Whether the other side ends the connection in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                with suppress(ConnectionError):
                    while await self._reader.read(2**16):
                        pass
                return True
        return False
