"""A door before a server: closed, whoever wants to reach the server finds nobody there; stuck, nothing gets through,
as if the server had been stopped with SIGSTOP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress


class Door:
    """Forwards TCP connections from a port of its own to a server."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._moves = asyncio.Event()
        self._moves.set()
        self._forgotten: list[asyncio.Event] = []
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Cut every connection, and take no more."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        for moves in self._forgotten:
            moves.set()
        await self._server.wait_closed()

    @asynccontextmanager
    async def closed(self) -> AsyncIterator[None]:
        await self.close()
        try:
            yield
        finally:
            await self.open()

    @contextmanager
    def stuck(self) -> Iterator[None]:
        """Connections are taken and stay, and no byte goes through."""
        self._moves.clear()
        try:
            yield
        finally:
            self.move()

    def move(self) -> None:
        """Let go what is stuck."""
        self._moves.set()

    def forget(self) -> None:
        """Let every connection stay as it is for ever, as if the network had lost it; new ones get through."""
        self._forgotten.append(self._moves)
        self._moves.clear()
        self._moves = asyncio.Event()
        self._moves.set()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        moves = self._moves
        try:
            with suppress(OSError):
                await moves.wait()
                there, back = await asyncio.open_connection(*self._target)
                self._writers.add(back)
                await asyncio.gather(self._copy(reader, back, moves), self._copy(there, writer, moves))
                self._writers.discard(back)
        finally:
            self._writers.discard(writer)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, moves: asyncio.Event) -> None:
        with suppress(OSError):
            while data := await reader.read(2**16):
                await moves.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
