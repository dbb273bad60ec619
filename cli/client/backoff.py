"""How long to wait before trying again."""

from __future__ import annotations

import random

FIRST = 0.1
LONGEST = 2.0


class Backoff:
    """Waits that double, each drawn at random up to its bound, so that many who wait do not return together."""

    def __init__(self) -> None:
        self._bound = FIRST

    def reset(self) -> None:
        """It worked: the next wait is short again."""
        self._bound = FIRST

    def next(self, least: float = 0) -> float:
        """Seconds to wait now; at least what the server asked for."""
        self._bound, bound = min(self._bound * 2, LONGEST), self._bound
        return max(least, random.uniform(bound / 2, bound))
