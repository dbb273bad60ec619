"""The queue in memory, for one worker, while Redis is unavailable. It does what `turns.lua` does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from uuid import UUID

from crew.model.limiter.pace import TOKEN_BURST_SECONDS, Pace
from crew.model.limiter.turn_queue import (
    DOUBLED_SECONDS,
    FIRST_SLOWEST,
    KEPT_SECONDS,
    LEARNED_SECONDS,
    MAX_POLL_SECONDS,
    MIN_POLL_SECONDS,
    PRESENT_SECONDS,
    RATIO_WEIGHT,
    ROUNDING_SECONDS,
    SLOWER,
    SLOWEST,
    Granted,
    Wait,
    Waiter,
)


@dataclass
class _Place:
    """A waiting call's place in the order, and until when it counts as present."""

    number: int
    seen_until: float = 0.0


@dataclass
class _Model:
    """What is known of one model: the turns given, the pace that was learned, the calls that wait.

    `turn_at` and `tokens_at` are when all that was given is used up, at the pace. `calls` is about how many there were
    in the minute before `calls_at`.
    """

    turn_at: float = 0.0
    tokens_at: float = 0.0
    paused_until: float = 0.0
    refused_at: float = -math.inf
    slow: float = 0.0
    slow_at: float = -math.inf
    calls: float = 0.0
    calls_at: float = 0.0
    ratio: float = 1.0
    place: int = 0
    waiting: dict[Waiter, _Place] = field(default_factory=dict)
    next_place: dict[UUID, int] = field(default_factory=dict)

    def pace(self, pace: Pace, now: float) -> Pace:
        """Return the slower of a configured pace and the learned one."""
        slow = 0.0
        if now <= self.slow_at + LEARNED_SECONDS:
            slow = self.slow * 2 ** (-max(0.0, now - self.slow_at) / DOUBLED_SECONDS)
        return Pace(slow, 1, pace.per_token) if slow > pace.interval else pace

    def recent(self, now: float) -> float:
        return self.calls * math.exp(-(now - self.calls_at) / 60)

    def order(self) -> list[Waiter]:
        return sorted(self.waiting, key=lambda each: (self.waiting[each].number, str(each)))

    def renumber(self) -> None:
        """Give the projects' remaining calls new places: those of calls that have left are not theirs."""
        self.next_place = {}
        for waiter in self.order():
            number = self.next_place.get(waiter.project_id, self.place)
            self.waiting[waiter].number = number
            self.next_place[waiter.project_id] = number + 1

    def forget_absent(self, now: float) -> None:
        gone = [each for each, place in self.waiting.items() if place.seen_until < now - KEPT_SECONDS]
        for each in gone:
            del self.waiting[each]
        if gone:
            self.renumber()

    def join(self, waiter: Waiter, now: float) -> _Place:
        """Return the place of a call, which has one from now on."""
        if waiter not in self.waiting:
            number = max(self.place, self.next_place.get(waiter.project_id, 0))
            self.waiting[waiter] = _Place(number, now)
            self.next_place[waiter.project_id] = number + 1
        return self.waiting[waiter]


class MemoryQueue:
    """Implements `TurnQueue`.

    Args:
        clock: seconds since any moment.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._models: dict[str, _Model] = {}
        self._begun: set[str] = set()

    def begin(self) -> None:
        """Let calls of each key begin without a burst: turns were given elsewhere meanwhile."""
        self._begun.clear()

    async def acquire(self, key: str, waiter: Waiter, pace: Pace, tokens: int) -> Granted | Wait:
        now = self._clock()
        model = self._models.setdefault(key, _Model())
        pace = model.pace(pace, now)
        if key not in self._begun:
            self._begun.add(key)
            model.turn_at = max(model.turn_at, now + (pace.burst - 1) * pace.interval)
        model.forget_absent(now)
        place = model.join(waiter, now)
        reserved = tokens * model.ratio
        ready = max(model.paused_until, model.turn_at - (pace.burst - 1) * pace.interval)
        if pace.per_token:
            ready = max(ready, model.tokens_at - TOKEN_BURST_SECONDS)
        earlier = takewhile(lambda each: each != waiter, model.order())
        present = sum(model.waiting[each].seen_until >= now for each in earlier)
        if present == 0 and ready <= now + ROUNDING_SECONDS:
            del model.waiting[waiter]
            model.place = max(model.place, place.number)
            if not model.waiting:
                model.place, model.next_place = 0, {}
            model.turn_at = max(model.turn_at, now) + pace.interval
            model.tokens_at = max(model.tokens_at, now) + reserved * pace.per_token
            model.calls, model.calls_at = model.recent(now) + 1, now
            return Granted(now, reserved, in_memory=True)
        expected = max(0.0, ready - now) + present * max(pace.interval, reserved * pace.per_token)
        poll = min(max(expected if not present else expected / 2, MIN_POLL_SECONDS), MAX_POLL_SECONDS)
        place.seen_until = now + poll + PRESENT_SECONDS
        return Wait(poll, expected, max(0.0, model.paused_until - now))

    async def leave(self, key: str, waiter: Waiter) -> None:
        if (model := self._models.get(key)) and model.waiting.pop(waiter, None):
            model.renumber()

    async def away(self, key: str, waiter: Waiter) -> None:
        if (model := self._models.get(key)) and (place := model.waiting.get(waiter)):
            place.seen_until = self._clock()

    async def settle(self, key: str, pace: Pace, granted: Granted, tokens: int, used: int) -> None:
        model = self._models.setdefault(key, _Model())
        model.tokens_at += (used - granted.tokens) * pace.per_token
        if used:  # a call that failed says nothing about what one uses
            model.ratio = (1 - RATIO_WEIGHT) * model.ratio + RATIO_WEIGHT * min(1.0, used / max(1, tokens))

    async def give_back(self, key: str, pace: Pace, granted: Granted) -> None:
        model = self._models.setdefault(key, _Model())
        model.turn_at -= model.pace(pace, self._clock()).interval
        model.tokens_at -= granted.tokens * pace.per_token

    async def refuse(self, key: str, pace: Pace, granted: Granted, seconds: float) -> None:
        now = self._clock()
        model = self._models.setdefault(key, _Model())
        interval = model.pace(pace, now).interval
        model.calls, model.calls_at = max(0.0, model.recent(now) - 1), now
        observed = min(FIRST_SLOWEST, 60 / max(1.0, model.calls))
        if granted.at > model.refused_at:  # not one of many that were made before the first of them was refused
            model.slow = min(SLOWEST, SLOWER * interval) if interval else observed
            model.refused_at = now
        elif not pace.interval:
            model.slow = max(model.slow, observed)
        model.paused_until = model.slow_at = max(model.paused_until, now + seconds)
        model.turn_at = max(model.turn_at, model.paused_until)
