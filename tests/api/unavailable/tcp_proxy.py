"""A TCP proxy in front of a server: closed, it refuses connections; frozen, it passes nothing on, as if the server had
been stopped with SIGSTOP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress


class TcpProxy:
    """Forwards TCP connections from a free port to a server."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._running = asyncio.Event()
        self._running.set()
        self._blackholes: list[asyncio.Event] = []
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Abort every connection and refuse new ones."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        for running in self._blackholes:
            running.set()
        await self._server.wait_closed()

    @asynccontextmanager
    async def closed(self) -> AsyncIterator[None]:
        await self.close()
        try:
            yield
        finally:
            await self.open()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Accept connections and keep them, and pass no byte on."""
        self._running.clear()
        try:
            yield
        finally:
            self.unfreeze()

    def unfreeze(self) -> None:
        self._running.set()

    def blackhole_connections(self) -> None:
        """Keep the open connections and pass nothing on, as if the network had lost them; new ones work."""
        self._blackholes.append(self._running)
        self._running.clear()
        self._running = asyncio.Event()
        self._running.set()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        running = self._running
        try:
            with suppress(OSError):
                await running.wait()
                server_reader, server_writer = await asyncio.open_connection(*self._target)
                self._writers.add(server_writer)
                await asyncio.gather(
                    self._copy(reader, server_writer, running), self._copy(server_reader, writer, running)
                )
                self._writers.discard(server_writer)
        finally:
            self._writers.discard(writer)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, running: asyncio.Event) -> None:
        with suppress(OSError):
            while data := await reader.read(2**16):
                await running.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
