"""How many frames a client may send."""

from __future__ import annotations

BURST = 200
PER_SECOND = 50.0


class RateLimit:
    """A bucket of `burst` frames that refills at `per_second`."""

    def __init__(self, now: float, burst: int = BURST, per_second: float = PER_SECOND) -> None:
        self._left, self._at = float(burst), now
        self._burst, self._per_second = burst, per_second

    def spend(self, now: float) -> bool:
        """Take one frame out; False where none is left. Times are in seconds, of one clock."""
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
