"""Slots for the calls that this process works on. A call that waits for its provider releases its slot to another."""

from __future__ import annotations

import asyncio
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
    """

    def __init__(self, slots: asyncio.Semaphore) -> None:
        self._slots = slots
        self._held = False
        self.was_held = False

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


async def _prepared(_: httpx2.Request) -> None:
    if slot := _current.get():
        slot.release()


async def _answered(response: httpx2.Response) -> None:
    slot = _current.get()
    if slot:
        await slot.turn()
    await _read(response)  # some providers send the head at once, and the body when the model is done
    if slot:
        await slot.acquire()


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
    response._content = b"".join(parts)  # noqa: SLF001 - as `aread` does, which has no limit


HOOKS: dict[str, list[Any]] = {"request": [_prepared], "response": [_answered]}
