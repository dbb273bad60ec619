"""The queue in Redis, and the one in memory while Redis is unavailable."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from redis.exceptions import RedisError

from crew.model.limiter.memory_queue import MemoryQueue
from crew.model.limiter.pace import Pace
from crew.model.limiter.redis_queue import RedisQueue
from crew.model.limiter.turn_queue import Granted, TurnQueue, Wait, Waiter

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 5.0
"""How often Redis is tried while it is unavailable."""

CONNECTIONS = 16
"""To Redis, of one process. The other calls wait for one, which takes a millisecond."""

Result = TypeVar("Result")


class FailoverQueue:
    """Implements `TurnQueue`, and never raises because of Redis.

    While Redis is unavailable, each worker keeps the limit by itself, and its calls wait in a new order. A pause that
    the provider asked for holds in both queues.
    """

    def __init__(self, redis: RedisQueue, memory: MemoryQueue) -> None:
        self._redis = redis
        self._memory = memory
        self._is_lost = False
        self._again_at = -math.inf
        self._connections = asyncio.Semaphore(CONNECTIONS)

    async def acquire(self, key: str, waiter: Waiter, pace: Pace, tokens: int) -> Granted | Wait:
        return await self._ask(lambda queue: queue.acquire(key, waiter, pace, tokens))

    async def leave(self, key: str, waiter: Waiter) -> None:
        await self._memory.leave(key, waiter)  # it may have waited there before
        await self._ask(lambda queue: queue.leave(key, waiter))

    async def away(self, key: str, waiter: Waiter) -> None:
        await self._ask(lambda queue: queue.away(key, waiter))

    async def settle(self, key: str, pace: Pace, granted: Granted, tokens: int, used: int) -> None:
        await self._tell(granted, lambda queue: queue.settle(key, pace, granted, tokens, used))

    async def give_back(self, key: str, pace: Pace, granted: Granted) -> None:
        await self._tell(granted, lambda queue: queue.give_back(key, pace, granted))

    async def refuse(self, key: str, pace: Pace, granted: Granted, seconds: float) -> None:
        if not granted.in_memory:
            # Only the pause: the pace is learned in Redis.
            await self._memory.refuse(key, pace, Granted(-math.inf, 0.0), seconds)
        await self._tell(granted, lambda queue: queue.refuse(key, pace, granted, seconds))

    async def close(self) -> None:
        """Disconnect from Redis."""
        await self._redis.close()

    async def _ask(self, ask: Callable[[TurnQueue], Awaitable[Result]]) -> Result:
        """Ask the queue in Redis, or else the one in memory."""
        async with self._connections:
            if self._may_try():
                try:
                    answer = await ask(self._redis)
                except (RedisError, OSError, TimeoutError) as error:
                    self._lose(error)
                else:
                    self._find()
                    return answer
        return await ask(self._memory)

    async def _tell(self, granted: Granted, tell: Callable[[TurnQueue], Awaitable[None]]) -> None:
        """Tell the queue that gave a turn. Each has a clock of its own, so that the other one cannot use it."""
        if granted.in_memory:
            await tell(self._memory)
        else:
            await self._ask(lambda queue: tell(queue) if queue is self._redis else _nothing())

    def _may_try(self) -> bool:
        if self._is_lost:
            now = time.monotonic()
            if now < self._again_at:
                return False
            self._again_at = now + AGAIN_SECONDS  # the others need not wait for this try
        return True

    def _lose(self, error: Exception) -> None:
        self._again_at = time.monotonic() + AGAIN_SECONDS
        if not self._is_lost:
            self._is_lost = True
            self._memory.begin()
            log.warning("limiter_without_redis", reason=repr(error), effect="each worker keeps the limits by itself")

    def _find(self) -> None:
        if self._is_lost:
            self._is_lost = False
            self._redis.begin()
            log.info("limiter_with_redis")


async def _nothing() -> None:
    pass
