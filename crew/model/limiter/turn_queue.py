"""The queue of the calls that wait for one model, wherever it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from crew.model.limiter.pace import Pace

PRESENT_SECONDS = 0.5
"""How much later than it said a waiting call may ask again. Then others go before it, and it keeps its place."""

KEPT_SECONDS = 60.0
"""How long the place of a call is kept that does not ask any more: another worker notices when its own has died."""

MIN_POLL_SECONDS, MAX_POLL_SECONDS = 0.02, 2.0
"""How often a waiting call asks, at least and at most: half the time that it will probably wait."""

LEARNED_SECONDS, DOUBLED_SECONDS = 600.0, 120.0
"""A pace that was learned from refusals is forgotten after the first, and its rate doubles in the second."""

SLOWER = 1.25
"""How much slower calls are after a provider refused one, though they kept to the limit."""

FIRST_SLOWEST, SLOWEST = 6.0, 60.0
"""Seconds between calls of the slowest pace that a first refusal, and any number of them, can lead to."""

ROUNDING_SECONDS = 1e-6
"""How much earlier than its time a turn is given: `now + n * interval - n * interval` may be later than `now`."""

SET_BACK_SECONDS = 1.0
"""How far the clock of Redis' server may step back before what it has stored is moved with it."""

RATIO_WEIGHT = 0.2
"""How much of the next estimate of tokens comes from the newest response."""


@dataclass(frozen=True, slots=True)
class Waiter:
    """A call that asks for its turn. There is one at a time for each task, so that another attempt has its place."""

    project_id: UUID
    task_id: UUID

    def __str__(self) -> str:
        return f"{self.project_id}|{self.task_id}"


@dataclass(frozen=True, slots=True)
class Granted:
    """A turn: when it was given, by the clock of the queue, and how many tokens were reserved for it."""

    at: float
    tokens: float
    in_memory: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """No turn yet: how many seconds until the call should ask again, how long it will probably wait, and how much
    longer the provider has asked everyone to wait."""

    poll: float
    expected: float
    paused: float


class TurnQueue(Protocol):
    """Turns for each key, in a fair order: the projects that wait take turns, and each project's calls keep theirs.

    A waiting call asks again and again. If it does not, others go before it (PRESENT_SECONDS), and after KEPT_SECONDS
    it has no place any more.
    """

    async def acquire(self, key: str, waiter: Waiter, pace: Pace, tokens: int) -> Granted | Wait:
        """Take the turn, if it is this call's and the pace allows it now.

        Args:
            tokens: the most that the call may use. What similar calls used of theirs is reserved.
        """

    async def leave(self, key: str, waiter: Waiter) -> None:
        """Give up the place of a call."""

    async def away(self, key: str, waiter: Waiter) -> None:
        """Keep the place of a call that asks again later. Others go before it meanwhile."""

    async def settle(self, key: str, pace: Pace, granted: Granted, tokens: int, used: int) -> None:
        """Correct the tokens of a turn after its response. `tokens` is what `acquire` was given."""

    async def give_back(self, key: str, pace: Pace, granted: Granted) -> None:
        """Return a turn that was not used."""

    async def refuse(self, key: str, pace: Pace, granted: Granted, seconds: float) -> None:
        """Let nobody have a turn for some seconds: the provider refused a call because of its rate."""
