"""Kills a contender again and again while it delivers projects, and counts what was paid and what was lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

from benchmarks.peers.program import KilledError

AT_ONCE = 6
CALL_SECONDS = 0.25
"""How long a step's call takes."""
UP_SECONDS = (0.3, 1.2)
"""How long a process lives between two kills, drawn at random."""
LAST_SECONDS = 180.0
"""How long the last projects may take after the last kill; then they count as lost."""


@dataclass
class Outcome:
    """What was delivered, and what was not."""

    delivered: int = 0
    lost: list[str] = field(default_factory=list)
    """For each project that was not delivered, why."""


async def deliver_under_kills(
    deliver: Callable[[str], Awaitable[object]], restart: Callable[[], Awaitable[None]], kills: int, seed: int
) -> Outcome:
    """Deliver projects, `AT_ONCE` at a time, until there were `kills` kills; then let all of them end.

    Args:
        deliver: starts or continues a project; raises KilledError if the process ended before it was delivered.
        restart: kills the process and starts it again.
    """
    choices, outcome = random.Random(seed), Outcome()
    is_up, ending = asyncio.Event(), asyncio.Event()
    is_up.set()

    async def one(project: str) -> None:
        while True:
            await is_up.wait()
            try:
                await deliver(project)
            except KilledError:
                continue
            except Exception as error:  # it is what the table is about
                outcome.lost.append(repr(error))
            else:
                outcome.delivered += 1
            return

    async def lane() -> None:
        while not ending.is_set():
            project = str(uuid4())
            try:
                await one(project)
            except asyncio.CancelledError:
                outcome.lost.append("it did not end")
                raise

    lanes = [asyncio.create_task(lane()) for _ in range(AT_ONCE)]
    for _ in range(kills):
        await asyncio.sleep(choices.uniform(*UP_SECONDS))
        is_up.clear()
        await restart()
        is_up.set()
    ending.set()
    _, pending = await asyncio.wait(lanes, timeout=LAST_SECONDS)
    for task in pending:
        task.cancel()
    await asyncio.gather(*lanes, return_exceptions=True)
    return outcome
