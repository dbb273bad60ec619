"""How many requests a person, a service or an address may make in a minute, and how many tokens and links in an hour.

All API processes count in Redis. Each takes requests in blocks, and counts those in memory: most requests cost no
round trip, and a limit is exceeded by one block for each process at most. While Redis is unavailable, each process
counts by itself.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from enum import StrEnum

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from api.auth.addresses import network_of
from api.auth.caller import Caller, SignInMethod
from api.errors import TooManyRequestsError
from config.settings import Settings

log = structlog.get_logger(__name__)

BLOCKS = 100
"""Of how many blocks a limit consists."""

REDIS_SECONDS, AGAIN_SECONDS = 0.3, 5.0
"""How long Redis may take to answer, and how long it is not asked after it did not."""

WINDOWS: dict[type[RateLimitItem], int] = {RateLimitItemPerMinute: 60, RateLimitItemPerHour: 3600}
"""The seconds of each window."""

MAX_KEYS = 10_000


class SignInWay(StrEnum):
    """What an attempt to sign in uses."""

    PASSWORD = "password"
    LINK = "link"
    PROVIDER = "provider"
    CALLBACK = "callback"


@dataclass(slots=True)
class _Share:
    """The requests that are left of a block, or none until the window ends."""

    left: int
    until: float
    is_refused: bool = False


class RequestLimits:
    """Counts the requests of one process."""

    def __init__(self, settings: Settings) -> None:
        self._requests, self._sign_ins = settings.requests_per_minute, settings.sign_ins_per_minute
        self._unknown = settings.unknown_credentials_per_minute
        self._created = settings.credentials_per_hour
        self._shares: dict[str, _Share] = {}
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        url, prefix = f"async+{settings.redis_url}", f"{settings.channel_prefix}:limits"
        self._redis_storage = RedisStorage(url, implementation="redispy", key_prefix=prefix)
        self._redis = FixedWindowRateLimiter(self._redis_storage)
        self._redis_again = -math.inf

    async def close(self) -> None:
        await self._redis_storage.bridge.storage.aclose()  # type: ignore[attr-defined]

    async def require(self, caller: Caller, address: str | None) -> None:
        """Count a request of somebody who is signed in. The operator's own token has no limit: the operator can stop
        the server.

        Raises:
            TooManyRequestsError: there were too many.
        """
        if caller.method is SignInMethod.NONE:
            await self.require_address(address)
        elif caller.method is not SignInMethod.ADMIN_TOKEN:
            await self._take(f"principal {caller.principal_id}", self._requests)

    async def require_creation(self, caller: Caller) -> None:
        """Count a token or a link that somebody creates: each leaves entries in the audit log. Raises as `require`
        does."""
        if caller.method not in (SignInMethod.NONE, SignInMethod.ADMIN_TOKEN):
            await self._take(f"created by {caller.principal_id}", self._created, RateLimitItemPerHour)

    async def require_address(self, address: str | None) -> None:
        """Count a request of somebody who is not signed in. Raises as `require` does."""
        await self._take(f"address {network_of(address)}", self._requests)

    async def require_unknown(self, address: str | None) -> None:
        """Count a request with a secret that may be anything, before it is looked up. Raises as `require` does."""
        await self._take(f"unknown {network_of(address)}", self._unknown)

    async def require_sign_in(self, way: SignInWay, address: str | None) -> None:
        """Count an attempt to sign in. Each way has a count of its own, so that a neighbour who uses one up leaves the
        others. Raises as `require` does."""
        await self._take(f"sign-in by {way} {network_of(address)}", self._sign_ins)

    async def _take(self, key: str, limit: int, window: type[RateLimitItem] = RateLimitItemPerMinute) -> None:
        if limit == 0:
            return
        share, now = self._shares.get(key), time.monotonic()
        if share is None or share.until <= now:
            share = self._share(key, _Share(0, now + WINDOWS[window]))
        if share.left == 0 and not share.is_refused:
            block = max(1, limit // BLOCKS)
            wait = await self._count(key, window(limit // block))
            if wait is None:
                share.left += block
            elif share.left == 0:
                share.until, share.is_refused = time.monotonic() + wait, True
        if share.left == 0:
            seconds = max(1, math.ceil(share.until - time.monotonic()))
            raise TooManyRequestsError(f"Too many requests. Try again in {seconds} s.", seconds)
        share.left -= 1

    def _share(self, key: str, share: _Share) -> _Share:
        if len(self._shares) >= MAX_KEYS:
            self._shares.clear()
        self._shares[key] = share
        return share

    async def _count(self, key: str, item: RateLimitItem) -> float | None:
        """Take one block. Return None, or the seconds until there is another one."""
        if time.monotonic() >= self._redis_again:
            try:
                async with asyncio.timeout(REDIS_SECONDS):
                    return await _hit(self._redis, item, key)
            except (RedisError, OSError, TimeoutError) as error:
                self._redis_again = time.monotonic() + AGAIN_SECONDS
                log.info("requests_counted_without_redis", reason=type(error).__name__)
        return await _hit(self._memory, item, key)


async def _hit(limiter: FixedWindowRateLimiter, item: RateLimitItem, key: str) -> float | None:
    if await limiter.hit(item, key):
        return None
    reset, _ = await limiter.get_window_stats(item, key)
    return max(0.0, reset - time.time())
