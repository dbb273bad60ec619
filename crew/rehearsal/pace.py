"""The pace of a rehearsed step: slow enough to be watched, when somebody wants to watch."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from crew.protocol import Step

# Below any heartbeat timeout, and short enough that a watcher sees it move.
_LONGEST_SLICE = 1.0


async def take_time(seconds: float, messages: Sequence[str], step: Step) -> None:
    """Let `seconds` pass in slices of a second at most, with a message before each; 0 does nothing at all."""
    if seconds <= 0:
        return
    slices = max(len(messages), math.ceil(seconds / _LONGEST_SLICE))
    for index in range(slices):
        await step.progress(messages[index * len(messages) // slices], index / slices)
        await asyncio.sleep(seconds / slices)
