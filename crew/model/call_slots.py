"""Slots for the calls that this process works on. A call that waits for its provider releases its slot to another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import httpx2

CALL_SLOTS = 16
"""Calls of one process that are prepared or read at a time, each for some milliseconds. 1,000 begun at once kept the
event loop from the heartbeats for 35 s (measured, two cores)."""


class _Slot:
    def __init__(self, slots: asyncio.Semaphore) -> None:
        self._slots = slots
        self._held = False

    async def acquire(self) -> None:
        await self._slots.acquire()
        self._held = True

    def release(self) -> None:
        if self._held:
            self._held = False
            self._slots.release()


_current: ContextVar[_Slot | None] = ContextVar("slot", default=None)


@asynccontextmanager
async def call_slot(slots: asyncio.Semaphore) -> AsyncIterator[None]:
    """Hold a slot inside the block, except while a request of a client with HOOKS waits for its response."""
    slot = _Slot(slots)
    token = _current.set(slot)
    try:
        await slot.acquire()
        yield
    finally:
        slot.release()
        _current.reset(token)


async def _prepared(_: httpx2.Request) -> None:
    if slot := _current.get():
        slot.release()


async def _answered(response: httpx2.Response) -> None:
    if slot := _current.get():
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            await response.aread()  # some providers send the head at once, and the body when the model is done
        await slot.acquire()


HOOKS: dict[str, list[Any]] = {"request": [_prepared], "response": [_answered]}
