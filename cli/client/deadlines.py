"""The deadlines of requests in words: how much time is left, what happens then, and how urgent that is."""

from __future__ import annotations

from datetime import datetime, timedelta

from cli.client.durations import remaining
from cli.client.request_shapes import Request

HOUR = timedelta(hours=1)
WARNING_SHARE = 0.1
"""A request is urgent once less than this part of its time is left, or an hour if that is less."""


def time_left(request: Request, now: datetime) -> str:
    """Return the time until the deadline, or that it is on hold."""
    return "on hold" if request.deadline_held else remaining((request.expires_at - now).total_seconds())


def consequence(request: Request, now: datetime) -> str:
    """Return what the deadline does and when, as a sentence. An API of an earlier version only says when."""
    words = request.at_expiry.words or "it expires"
    clause = words[0].upper() + words[1:]
    if request.deadline_held:
        return f"The deadline is on hold. After it, {words}."
    if request.expires_at <= now:
        return f"The deadline has passed: {words}."
    return f"{clause} {at_time(request.expires_at, now)} if nobody decides ({time_left(request, now)} left)."


def at_time(moment: datetime, now: datetime) -> str:
    """Return "at 14:20", or "on 2026-11-29 at 14:20" if that is another day here."""
    local = moment.astimezone()
    clock = f"at {local:%H:%M}"
    return clock if local.date() == now.astimezone().date() else f"on {local:%Y-%m-%d} {clock}"


def warning_time_of(opened_at: datetime, expires_at: datetime) -> datetime:
    """Return when a request becomes urgent: when little of its time is left."""
    return expires_at - min(HOUR, (expires_at - opened_at) * WARNING_SHARE)


def is_urgent(request: Request, now: datetime) -> bool:
    """Return whether little of a request's time is left, or none."""
    return not request.deadline_held and now > warning_time_of(request.created_at, request.expires_at)


def by_urgency(request: Request) -> tuple[bool, bool, datetime]:
    """The key that sorts requests: failures first, then the next deadline, and those on hold last."""
    return (not request.is_failure, request.deadline_held, request.expires_at)
