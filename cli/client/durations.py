"""Durations in words."""

from __future__ import annotations

import math


def duration(seconds: float | None) -> str:
    """Return minutes and seconds, or hours and minutes. Return an empty string for None."""
    if seconds is None:
        return ""
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 60}:{whole % 60:02d}"


def remaining(seconds: float) -> str:
    """Return the time until a moment, as `duration` writes it. What is shown is never less than what is left, and is
    zero only when the moment has come."""
    whole = max(0, math.ceil(seconds))
    return duration(whole if whole < 3600 else math.ceil(whole / 60) * 60)
