"""A server that counts calls which cost money, and takes a while to answer each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class PaidCalls:
    """The calls of each project and step."""

    def __init__(self, seconds: float) -> None:
        """Answer each call after `seconds`."""
        self.made: Counter[str] = Counter()
        self.address = ""
        self._seconds = seconds

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Count one call when it arrives: it is paid for even if nobody waits for its answer any more."""
        try:
            if call := await reader.readline():
                self.made[call.decode().strip()] += 1
                await asyncio.sleep(self._seconds)
                writer.write(b".")
                await writer.drain()
        except ConnectionError:  # who asked was killed
            pass
        finally:
            writer.close()


@asynccontextmanager
async def paid_calls(seconds: float) -> AsyncIterator[PaidCalls]:
    calls = PaidCalls(seconds)
    async with await asyncio.start_server(calls.answer, "127.0.0.1", 0) as server:
        calls.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield calls
