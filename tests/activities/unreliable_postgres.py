"""A proxy to PostgreSQL that refuses connections a number of times, and can lose the acknowledgement of a statement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from config.settings import Settings
from store.transaction import Store
from tests.api.unavailable.tcp_proxy import TcpProxy
from tests.conftest import own_store


class UnreliablePostgres(TcpProxy):
    """Forwards connections, except that `fail` ends all of them and the next ones.

    Attributes:
        refuses: how many connections are still refused.
        loses: how many answers of the server still end their connection instead of reaching the client.
    """

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port)
        self.refuses = self.loses = self.refused = 0

    def fail(self, times: int) -> None:
        """End all connections, and refuse as many new ones."""
        self.refuses = times
        for writer in list(self._writers):
            writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            self.refuses -= 1
            self.refused += 1
            writer.transport.abort()
        else:
            await super()._forward(reader, writer)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, running: asyncio.Event) -> None:
        is_answer = writer.get_extra_info("sockname")[1] == self.port
        with suppress(OSError):
            while data := await reader.read(2**16):
                if is_answer and self.loses:
                    self.loses -= 1
                    break
                writer.write(data)
        for each in list(self._writers):
            each.transport.abort()


@asynccontextmanager
async def unreliable_store(settings: Settings) -> AsyncIterator[tuple[Store, UnreliablePostgres]]:
    """A store with one connection, through such a proxy."""
    url = urlsplit(settings.database_url)
    assert url.hostname is not None
    proxy = UnreliablePostgres(url.hostname, url.port or 5432)
    await proxy.open()
    address = f"127.0.0.1:{proxy.port}"
    host = url.netloc.rpartition("@")[2]
    through = settings.database_url.replace(host, address, 1)
    try:
        async with own_store(settings.model_copy(update={"database_url": through, "database_pool": 1})) as store:
            yield store, proxy
    finally:
        await proxy.close()
