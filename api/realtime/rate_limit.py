"""A token bucket for the frames of one client."""

from __future__ import annotations

BURST = 200
PER_SECOND = 50.0


class RateLimit:
    """A bucket of `burst` tokens that refills at `per_second`."""

    def __init__(self, now: float, burst: int = BURST, per_second: float = PER_SECOND) -> None:
        self._tokens, self._updated_at = float(burst), now
        self._burst, self._per_second = burst, per_second

    def try_acquire(self, now: float) -> bool:
        """Take a token. Return False if none is left. Times are in seconds, of one clock."""
        self._tokens = min(self._burst, self._tokens + (now - self._updated_at) * self._per_second)
        self._updated_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
