"""The rate limit of the scripted provider: a number of calls in any window of a given length, as real ones count."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, field


@dataclass
class RateLimit:
    """Allows `calls` in any `seconds`. The next ones are refused with 429, and say when there is room again."""

    calls: int
    seconds: float
    allowed: int = 0
    refused: int = 0
    _at: deque[float] = field(default_factory=deque)

    def take(self) -> int | None:
        """Count a call. Return None, or how many seconds it should wait if it is refused."""
        now = time.monotonic()
        while self._at and self._at[0] <= now - self.seconds:
            self._at.popleft()
        if len(self._at) >= self.calls:
            self.refused += 1
            return max(1, math.ceil(self._at[0] + self.seconds - now))
        self._at.append(now)
        self.allowed += 1
        return None
