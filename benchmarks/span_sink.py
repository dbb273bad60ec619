"""A collector that accepts spans over HTTP, and drops them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

_ACCEPTED = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"


class SpanSink:
    """Accepts whatever is posted to it. `requests` counts."""

    def __init__(self) -> None:
        self.requests = 0
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def listening(cls) -> AsyncIterator[Self]:
        sink = cls()
        server = await asyncio.start_server(sink._serve, "127.0.0.1", 0)
        sink.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield sink
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                self.requests += 1
                writer.write(_ACCEPTED)
                await writer.drain()
        writer.close()
