"""Reads days and times in the one form that is accepted."""

import re
from datetime import date, datetime, time

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")


def parse_day(text: str) -> date:
    """Return the day, or raise ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"not a day written YYYY-MM-DD: {text!r}")
    return date.fromisoformat(text)


def parse_time(text: str) -> time:
    """Return the time, or raise ValueError."""
    if not _TIME.fullmatch(text):
        raise ValueError(f"not a time written HH:MM: {text!r}")
    return time(int(text[:2]), int(text[3:]))


def parse_moment(text: str) -> datetime:
    """Return a day and time written YYYY-MM-DDTHH:MM, or raise ValueError."""
    day, _, minute = text.partition("T")
    return datetime.combine(parse_day(day), parse_time(minute))
