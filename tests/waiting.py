"""Waiting for a condition, with a deadline: no test waits on the clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(look: Callable[[], Awaitable[T | None]], seconds: float = 20) -> T:
    """What `look` gives as soon as it is neither None nor False; fails when it stays so."""
    deadline = time.monotonic() + seconds
    while True:
        if (found := await look()) not in (None, False):
            return found  # type: ignore[return-value]
        assert time.monotonic() < deadline, f"it never came true: {getattr(look, '__qualname__', look)}"
        await asyncio.sleep(0.02)
