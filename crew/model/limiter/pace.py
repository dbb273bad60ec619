"""The pace that keeps calls within a rate limit."""

from __future__ import annotations

from dataclasses import dataclass

from config.rate_limits import RateLimit

BURST = 20
"""One in twenty calls of a window may be made at once. The others are spread, so that any window of the provider's,
whenever it begins, has room for them."""

MAX_JITTER, JITTER_SHARE = 1.0, 0.1
"""How much later than another a call may arrive, in seconds, and as a share of the window: the smaller of both."""

TOKEN_BURST_SECONDS = 6.0
"""For how long unused tokens are kept: a tenth of a minute's."""

TOKENS_USED = 0.95
"""The share of the tokens that is used, since their number is estimated."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds from one call to the next, of which `burst` may be made at once, and seconds for a token. 0: no limit."""

    interval: float = 0.0
    burst: int = 1
    per_token: float = 0.0

    @classmethod
    def of(cls, limit: RateLimit) -> Pace:
        """Return the pace at which no window ever has more calls than its limit allows.

        With a burst of `b`, the call after `n` calls comes no sooner than `n + 1 - b` intervals after the first.
        """
        interval, burst = 0.0, 1
        if limit.requests is not None:
            burst = max(1, limit.requests // BURST)
            window = limit.seconds + min(MAX_JITTER, JITTER_SHARE * limit.seconds)
            interval = window / (limit.requests + 1 - burst)
        per_token = 60.0 / (TOKENS_USED * limit.tokens) if limit.tokens else 0.0
        return cls(interval, burst, per_token)
