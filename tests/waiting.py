"""Waiting for a condition, with a deadline: no test waits on the clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""For what takes a moment, on a machine that may stand still for a while; under what pytest gives a test."""


async def eventually(look: Callable[[], Awaitable[T | None]], seconds: float = PATIENCE_SECONDS) -> T:
    """What `look` gives as soon as it is neither None nor False; fails when it stays so."""
    deadline = time.monotonic() + seconds
    while True:
        if (found := await look()) not in (None, False):
            return found  # type: ignore[return-value]
        assert time.monotonic() < deadline, f"it never came true: {getattr(look, '__qualname__', look)}"
        await asyncio.sleep(0.02)
