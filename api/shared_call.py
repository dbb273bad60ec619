"""A call that costs more than a request: who asks at the same time shares one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedCall(Generic[T]):
    """Calls a function, at most once at a time. What it returns, or raises, is that of all who wait for it."""

    def __init__(self, function: Callable[[], Awaitable[T]]) -> None:
        self._function = function
        self._running: asyncio.Task[T] | None = None

    async def __call__(self) -> T:
        if self._running is None:
            self._running = asyncio.create_task(self._run())
            self._running.add_done_callback(self._forget)
        return await asyncio.shield(self._running)  # a client that leaves does not cancel it for the others

    async def _run(self) -> T:
        return await self._function()

    def _forget(self, done: asyncio.Task[T]) -> None:
        self._running = None
        if not done.cancelled():
            done.exception()  # marks it as read: the client may have left
