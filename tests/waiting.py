"""Wait for a condition with a deadline, so that no test sleeps for a fixed time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""For conditions that take a moment on a machine that may be busy. Less than pytest's timeout."""


async def eventually(check: Callable[[], Awaitable[T | None]], seconds: float = PATIENCE_SECONDS) -> T:
    """Call `check` until it returns neither None nor False, and return that. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        if (found := await check()) not in (None, False):
            return found
        assert time.monotonic() < deadline, (
            f"the condition was not met in time: {getattr(check, '__qualname__', check)}"
        )
        await asyncio.sleep(0.02)
