"""The queue in Redis, for all workers: one script, atomic, by the clock of the server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from crew.model.limiter import pace as pacing
from crew.model.limiter import turn_queue
from crew.model.limiter.pace import Pace
from crew.model.limiter.turn_queue import Granted, Wait, Waiter

SECONDS = 1.0
"""How long Redis may take to answer."""

_SCRIPT = Path(__file__).with_name("turns.lua").read_text()
CONSTANTS = json.dumps(
    {
        "present_seconds": turn_queue.PRESENT_SECONDS,
        "kept_seconds": turn_queue.KEPT_SECONDS,
        "min_poll_seconds": turn_queue.MIN_POLL_SECONDS,
        "max_poll_seconds": turn_queue.MAX_POLL_SECONDS,
        "learned_seconds": turn_queue.LEARNED_SECONDS,
        "doubled_seconds": turn_queue.DOUBLED_SECONDS,
        "slower": turn_queue.SLOWER,
        "first_slowest": turn_queue.FIRST_SLOWEST,
        "slowest": turn_queue.SLOWEST,
        "rounding_seconds": turn_queue.ROUNDING_SECONDS,
        "set_back_seconds": turn_queue.SET_BACK_SECONDS,
        "ratio_weight": turn_queue.RATIO_WEIGHT,
        "token_burst_seconds": pacing.TOKEN_BURST_SECONDS,
    }
)


class RedisQueue:
    """Implements `TurnQueue`. Every method raises RedisError, OSError or TimeoutError if Redis is unavailable."""

    def __init__(self, url: str, prefix: str) -> None:
        self._redis: Redis = Redis.from_url(
            url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS, retry=Retry(NoBackoff(), 1)
        )
        self._prefix = prefix
        self._script = self._redis.register_script(_SCRIPT)
        self._begun: set[str] = set()

    def begin(self) -> None:
        """Let calls of each key begin without a burst: turns were given elsewhere meanwhile."""
        self._begun.clear()

    async def acquire(self, key: str, waiter: Waiter, pace: Pace, tokens: int) -> Granted | Wait:
        answer = await self._run("acquire", key, waiter, pace, 0 if key in self._begun else -1, tokens)
        self._begun.add(key)
        is_granted, first, second, *third = map(float, answer)
        return Granted(first, second) if is_granted else Wait(first, second, *third)

    async def leave(self, key: str, waiter: Waiter) -> None:
        await self._run("leave", key, waiter)

    async def away(self, key: str, waiter: Waiter) -> None:
        await self._run("away", key, waiter)

    async def settle(self, key: str, pace: Pace, granted: Granted, tokens: int, used: int) -> None:
        await self._run("settle", key, None, pace, tokens, granted.tokens, used)

    async def give_back(self, key: str, pace: Pace, granted: Granted) -> None:
        await self._run("give_back", key, None, pace, 0, granted.tokens)

    async def refuse(self, key: str, pace: Pace, granted: Granted, seconds: float) -> None:
        await self._run("refuse", key, None, pace, seconds, granted.at)

    async def close(self) -> None:
        await self._redis.aclose()

    async def _run(
        self, operation: str, key: str, waiter: Waiter | None, pace: Pace | None = None, *figures: float
    ) -> list[bytes]:
        pace = pace or Pace()
        arguments: list[str | float] = [
            operation,
            str(waiter or ""),
            pace.interval,
            pace.burst,
            pace.per_token,
            CONSTANTS,
            *figures,
        ]
        names = [f"{self._prefix}:limiter:{{{key}}}:{name}" for name in ("state", "queue", "seen", "next")]
        async with asyncio.timeout(SECONDS):
            reply: list[bytes] = await self._script(keys=names, args=arguments)
        return reply
