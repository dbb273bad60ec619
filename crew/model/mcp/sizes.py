"""How much an MCP server may say at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

MAX_MESSAGE = 2 * 1024 * 1024
"""Bytes. Parsing more would keep the worker from its other steps for seconds, and a model reads 16,000 characters."""


class MessageSizeError(Exception):
    """A message is too large."""

    def __init__(self) -> None:
        super().__init__(f"it sent more than {MAX_MESSAGE / 1024**2:.0f} MB at a time")


async def limit_response(response: httpx2.Response) -> None:
    """Fail at a response that is too large, or that is compressed, although that was not asked for. A hook of an HTTP
    client."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.DecodingError("it sent a compressed response")
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    has_lines = response.headers.get("content-type", "").startswith("text/event-stream")
    response.stream = _Limited(response.stream, line_end=b"\n" if has_lines else None)


class _Limited(httpx2.AsyncByteStream):
    """A body of limited size; or one of any size, in whose lines each message is."""

    def __init__(self, stream: httpx2.AsyncByteStream, line_end: bytes | None) -> None:
        self._stream = stream
        self._line_end = line_end

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            if self._line_end is not None and self._line_end in chunk:
                size = -chunk.rindex(self._line_end)
            size += len(chunk)
            if size > MAX_MESSAGE:
                raise MessageSizeError
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
