"""A line between browser and API that a test can cut, silence and mend."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

PIECE = 65_536


class Line:
    """A TCP forwarder. While it is cut, connections break and new ones are refused; while it is silent, they stay open
    and nothing gets through."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._carries = asyncio.Event()
        self._carries.set()
        self.url = ""

    async def mend(self) -> None:
        """Carry again, on the same port as before."""
        self._carries.set()
        if self._server is None:
            port = urlsplit(self.url).port if self.url else 0
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", port)
            self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._writers):
            writer.transport.abort()

    def silence(self) -> None:
        self._carries.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._writers |= both
        try:
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        finally:
            self._writers -= both

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await source.read(PIECE):
                await self._carries.wait()
                target.write(piece)
                await target.drain()
        target.close()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    """A line to an API on this machine."""
    port = urlsplit(url).port
    assert port is not None
    line = Line(port)
    await line.mend()
    try:
        yield line
    finally:
        await line.cut()
