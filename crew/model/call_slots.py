"""Slots for the calls that this process works on. A call that waits for its provider releases its slot to another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any

import httpx2

CALL_SLOTS = 16
"""Calls of one process that are prepared or read at a time, each for some milliseconds. 1,000 begun at once kept the
event loop from the heartbeats for 35 s (measured, two cores)."""


MAX_BODY = 10_000_000
"""Bytes of a provider's response that are read."""


class OversizedResponseError(Exception):
    """A provider's response is larger than MAX_BODY."""


class CallSlot:
    """The slot of one call: held inside the block, except while a request of a client with HOOKS waits for its
    response.

    Attributes:
        was_held: whether the call has begun. One that only waited for a slot has not reached its provider.
        streams: whether the response is read as it is written. It holds no slot: it may take minutes.
    """

    def __init__(self, slots: asyncio.Semaphore) -> None:
        self._slots = slots
        self._held = False
        self.was_held = False
        self.streams = False

    async def __aenter__(self) -> CallSlot:
        self._token = _current.set(self)
        try:
            await self.acquire()
        except BaseException:
            _current.reset(self._token)
            raise
        self.was_held = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.release()
        _current.reset(self._token)

    async def turn(self) -> None:
        """Wait for a slot, and let go of it. Between a few calls and the next ones, whatever else is ready runs: a
        thousand that are answered at once would keep it for seconds."""
        async with self._slots:
            await asyncio.sleep(0)

    async def acquire(self) -> None:
        await self._slots.acquire()
        self._held = True

    def release(self) -> None:
        if self._held:
            self._held = False
            self._slots.release()


_current: ContextVar[CallSlot | None] = ContextVar("slot", default=None)


async def _prepared(request: httpx2.Request) -> None:
    if slot := _current.get():
        if slot.streams:
            request.headers["accept-encoding"] = "identity"  # a compressor may keep back what is written
        slot.release()


async def _answered(response: httpx2.Response) -> None:
    slot = _current.get()
    if slot:
        await slot.turn()
    if slot and slot.streams and _is_stream(response):
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _LimitedStream(response.stream)
        return
    await _read(response)  # some providers send the head at once, and the body when the model is done
    if slot:
        await slot.acquire()


def _is_stream(response: httpx2.Response) -> bool:
    """Return whether a response may be read as it is written. One that is compressed is small until it is not."""
    return response.is_success and "content-encoding" not in response.headers


class _LimitedStream(httpx2.AsyncByteStream):
    """A body of which no more is read than may be."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > MAX_BODY:
                raise OversizedResponseError
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _read(response: httpx2.Response) -> None:
    """Read the body, decompressed, and no more of it than may be read.

    Raises:
        OversizedResponseError: it is larger.
    """
    parts, size = list[bytes](), 0
    async with aclosing(response.aiter_bytes()) as body:
        async for part in body:
            size += len(part)
            if size > MAX_BODY:
                raise OversizedResponseError  # the client then closes the connection
            parts.append(part)
    response._content = b"".join(parts)  # noqa: SLF001 - as `aread` does, which has no limit


HOOKS: dict[str, list[Any]] = {"request": [_prepared], "response": [_answered]}
