"""The waits between retries."""

from __future__ import annotations

import random

FIRST = 0.1
LONGEST = 2.0


class Backoff:
    """Waits that double, each drawn at random up to its bound, so that many clients do not retry at the same moment."""

    def __init__(self) -> None:
        self._bound = FIRST

    def reset(self) -> None:
        """Make the next wait short again, after a success."""
        self._bound = FIRST

    def next(self, minimum: float = 0) -> float:
        """Return the seconds to wait now, at least `minimum`, which the server may have asked for."""
        self._bound, bound = min(self._bound * 2, LONGEST), self._bound
        return max(minimum, random.uniform(bound / 2, bound))
