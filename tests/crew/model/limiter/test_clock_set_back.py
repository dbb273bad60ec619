"""The clock of Redis' server is set back: calls wait for their turns, and not until it is where it was."""

from __future__ import annotations

from uuid import uuid4

import pytest
from redis.asyncio import Redis

from cli.stack.embedded import Servers
from crew.model.limiter.pace import Pace
from crew.model.limiter.redis_queue import RedisQueue
from crew.model.limiter.turn_queue import Granted, Wait
from tests.crew.model.limiter.test_turn_queues import A, B, C, of

HOUR = 3600.0
PACE = Pace(interval=100, burst=1, per_token=0.001)


async def set_ahead(redis: Redis, prefix: str) -> None:
    """Change what the script has stored to what it is if the clock was an hour ahead until now."""
    (state,) = await redis.keys(f"{prefix}:*:state")
    for name in ("tat", "token_tat", "paused", "slow_at", "refused", "count_at", "at"):
        if await redis.hexists(state, name):
            await redis.hincrbyfloat(state, name, HOUR)
    for seen in await redis.keys(f"{prefix}:*:seen"):
        for member in map(str, await redis.zrange(seen, 0, -1)):
            await redis.zincrby(seen, HOUR, member)


async def test_calls_wait_as_long_as_before(servers: Servers) -> None:
    prefix = f"t{uuid4().hex}"
    queue, redis = RedisQueue(servers.redis, prefix), Redis.from_url(servers.redis, decode_responses=True)
    (first,), (second,), (third,) = of(A), of(B), of(C)
    try:
        granted = await queue.acquire("k", first, PACE, 10)
        assert isinstance(granted, Granted)
        await queue.refuse("k", PACE, granted, 20)
        before = await queue.acquire("k", second, PACE, 10)
        assert isinstance(before, Wait)
        await set_ahead(redis, prefix)
        after = await queue.acquire("k", second, PACE, 10)
        assert isinstance(after, Wait)
        assert after.expected == pytest.approx(before.expected, abs=30)
        assert after.paused == pytest.approx(before.paused, abs=30)
        behind = await queue.acquire("k", third, PACE, 10)  # who waited keeps the place
        assert isinstance(behind, Wait)
        assert behind.expected > after.expected
    finally:
        await queue.close()
        await redis.aclose()
