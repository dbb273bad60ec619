"""The limiter as a step uses it: a turn for each call of a model."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from config.rate_limits import RateLimit
from config.settings import Settings
from crew.model.limiter.failover import FailoverQueue
from crew.model.limiter.memory_queue import MemoryQueue
from crew.model.limiter.pace import Pace
from crew.model.limiter.redis_queue import RedisQueue
from crew.model.limiter.turn_queue import Granted, TurnQueue, Wait, Waiter
from crew.protocol import Step
from models.contracts.enums import WaitReason
from models.contracts.event_data import StepWait

LEAVE_SECONDS = 1.0
"""How long a cancelled step tries to give up its place. Otherwise others pass it, and the place ends by itself."""


SHOWN_SECONDS = 5.0
"""How often a wait is shown, if it takes a second at least: there may be a thousand of them."""


@dataclass(frozen=True, slots=True)
class Limited:
    """A model as the limiter knows it: the key of its queue, and its pace."""

    key: str
    pace: Pace

    @classmethod
    def of(cls, name: str, account: str, settings: Settings) -> Limited:
        """Return what limits a model.

        Args:
            name: `provider:model`.
            account: what its calls are counted for at the provider: its address and its key.
        """
        provider, _, model = name.partition(":")
        provider = provider.removesuffix("-responses")  # another API of the same model, with the same limits
        default = RateLimit(requests=settings.model_rpm, tokens=settings.model_tpm)
        limits = settings.model_limits
        limit = limits.get(name) or limits.get(f"{provider}:{model}") or RateLimit()
        digest = hashlib.sha256(account.encode()).hexdigest()[:16]
        return cls(f"{provider}:{model}:{digest}", Pace.of(limit.or_else(default)))


UNLIMITED = Limited("", Pace())


class Limiter:
    """Hands out turns from a queue. One for all steps of a process."""

    def __init__(self, queue: TurnQueue) -> None:
        self.queue = queue

    @classmethod
    def with_settings(cls, settings: Settings) -> Limiter:
        """Return a limiter that shares its turns with all other workers of the installation."""
        return cls(FailoverQueue(RedisQueue(settings.redis_url, settings.channel_prefix), MemoryQueue()))

    def of_step(self, project_id: UUID, task_id: UUID, step: Step) -> StepLimiter:
        return StepLimiter(self.queue, Waiter(project_id, task_id), step)

    async def close(self) -> None:
        if isinstance(self.queue, FailoverQueue):
            await self.queue.close()


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to call a model once, which was given for `tokens`."""

    limited: Limited
    granted: Granted
    tokens: int


class StepLimiter:
    """The limiter for one step, whose calls come one after the other."""

    def __init__(self, queue: TurnQueue, waiter: Waiter, step: Step) -> None:
        self._queue = queue
        self._waiter = waiter
        self._step = step

    async def try_turn(self, limited: Limited, tokens: int) -> Turn | None:
        """Return a turn if there is one now. Otherwise the call has a place in the queue, and is to wait for it.

        Args:
            tokens: the most that the call may use.
        """
        answer = await self._queue.acquire(limited.key, self._waiter, limited.pace, tokens)
        return Turn(limited, answer, tokens) if isinstance(answer, Granted) else None

    async def wait(self, model: str, limited: Limited, tokens: int) -> Turn:
        """Wait for a turn. The wait is shown as progress, and is no working time of the step.

        Raises:
            StepPostponedError: this attempt may not wait any longer. The next one has the same place.
        """
        started, shown = time.monotonic(), -SHOWN_SECONDS
        try:
            while isinstance(
                answer := await self._queue.acquire(limited.key, self._waiter, limited.pace, tokens), Wait
            ):
                waited = time.monotonic() - started
                if waited - shown >= SHOWN_SECONDS and waited + answer.expected >= 1:
                    shown = waited
                    said = _describe(model, answer, waited)
                    await self._step.progress(said, wait=_step_wait(answer), waited_s=round(waited))
                await self._step.idle(answer.poll)
        except asyncio.CancelledError:
            await _briefly(self._queue.leave(limited.key, self._waiter))
            raise
        except Exception:  # the next attempt comes soon
            await self._queue.away(limited.key, self._waiter)
            raise
        return Turn(limited, answer, tokens)

    async def settle(self, turn: Turn, used: int) -> None:
        """Correct what was reserved, once it is known how many tokens a call has used."""
        if turn.limited.pace.per_token:
            await self._queue.settle(turn.limited.key, turn.limited.pace, turn.granted, turn.tokens, used)

    async def give_back(self, turn: Turn) -> None:
        """Return a turn that was not used."""
        await self._queue.give_back(turn.limited.key, turn.limited.pace, turn.granted)

    async def refuse(self, turn: Turn, seconds: float) -> None:
        """Let all calls of the model wait: the provider refused this one because of its rate."""
        await self._queue.refuse(turn.limited.key, turn.limited.pace, turn.granted, seconds)


def _describe(model: str, wait: Wait, waited: float) -> str:
    if wait.paused:
        return f"waits for {model}, which is rate-limited: {waited:.0f} s, {wait.paused:.0f} s to go"
    return f"waits for its turn at {model}: {waited:.0f} s"


async def _briefly(leave: Coroutine[Any, Any, None]) -> None:
    leaving = asyncio.create_task(leave)
    try:
        await asyncio.wait([leaving], timeout=LEAVE_SECONDS)
    finally:
        leaving.cancel()


def _step_wait(wait: Wait) -> StepWait:
    if wait.paused:
        return StepWait(reason=WaitReason.RATE_LIMIT, seconds=wait.paused)
    return StepWait(reason=WaitReason.TURN, seconds=wait.expected)
