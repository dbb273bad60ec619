"""Finds free time between entries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from freeslots.calendars import Entry

SATURDAY = 5
ONE_DAY = timedelta(days=1)

Slot = tuple[datetime, datetime]


@dataclass(frozen=True)
class Wishes:
    """What a slot has to be like."""

    length: timedelta
    opens: time = time(9)
    closes: time = time(17)
    rest: tuple[time, time] | None = None
    pause: timedelta = timedelta(0)


def free_slots(entries: Iterable[Entry], day: date, days: int, wishes: Wishes) -> Iterator[Slot]:
    """Yield the free slots of a number of working days, in order of time."""
    busy = sorted(_with_pause(entry, wishes.pause) for entry in entries)
    for working_day in _working_days(day, days):
        yield from _slots_of(working_day, busy, wishes)


def _slots_of(day: date, busy: list[Slot], wishes: Wishes) -> Iterator[Slot]:
    opens, closes = datetime.combine(day, wishes.opens), datetime.combine(day, wishes.closes)
    today = [(start, end) for start, end in busy if start < closes and end > opens]
    if wishes.rest:
        begins, ends = (datetime.combine(day, each) for each in wishes.rest)
        today = sorted([*today, (begins, ends)])
    free_from = opens
    for start, end in [*today, (closes, closes)]:
        if min(start, closes) - free_from >= wishes.length:
            yield free_from, min(start, closes)
        free_from = max(free_from, end)


def _with_pause(entry: Entry, pause: timedelta) -> Slot:
    return (entry.start, entry.end) if entry.all_day else (entry.start - pause, entry.end + pause)


def _working_days(day: date, number: int) -> Iterator[date]:
    while number:
        if day.weekday() < SATURDAY:
            yield day
            number -= 1
        day += ONE_DAY
