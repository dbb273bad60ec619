"""Places for the calls that this process works on. A call that waits for its provider leaves its place to another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from contextvars import ContextVar
from typing import Any

import httpx2

PLACES = 16
"""Calls of one process that are prepared or read at a time, each for some milliseconds. 1,000 begun at once kept the
event loop from the heartbeats for 35 s (measured, two cores)."""

MAX_BODY = 10_000_000
"""Bytes of a provider's response that are read."""


class OversizedResponseError(Exception):
    """A provider's response is larger than MAX_BODY."""


class _Place:
    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._taken = False

    async def take(self) -> None:
        await self._places.acquire()
        self._taken = True

    def leave(self) -> None:
        if self._taken:
            self._taken = False
            self._places.release()


_current: ContextVar[_Place | None] = ContextVar("place", default=None)


@asynccontextmanager
async def working(places: asyncio.Semaphore) -> AsyncIterator[None]:
    """Hold a place inside the block, except while a request of a client with HOOKS waits for its response."""
    place = _Place(places)
    token = _current.set(place)
    try:
        await place.take()
        yield
    finally:
        place.leave()
        _current.reset(token)


async def _prepared(_: httpx2.Request) -> None:
    if place := _current.get():
        place.leave()


async def _answered(response: httpx2.Response) -> None:
    await _read(response)  # some providers send the head at once, and the body when the model is done
    if place := _current.get():
        await place.take()


async def _read(response: httpx2.Response) -> None:
    """Read the body, decompressed, and no more of it than may be read. No call streams.

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
    response._content = b"".join(parts)  # as `aread` does, which has no limit


HOOKS: dict[str, list[Any]] = {"request": [_prepared], "response": [_answered]}
