"""Bookings and their rules, kept in one JSON file."""

import json
import os
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

MAX_NAME = 60

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Booking:
    id: int
    desk: str
    day: str
    person: str


class FieldError(Exception):
    """A field is missing or wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"The {field} is wrong: {reason}.")
        self.field = field


class ConflictError(Exception):
    """Another booking is in the way."""

    def __init__(self, booking: Booking) -> None:
        super().__init__(f"{booking.person} has booked desk {booking.desk} on {booking.day}.")
        self.booking = booking


class Bookings:
    """All bookings. Every change is on disk before the method returns; threads may share an object."""

    def __init__(self, desks: Sequence[str], file: Path) -> None:
        self.desks = list(desks)
        self._file = file
        self._lock = threading.Lock()
        self._next_id = 1
        self._bookings: dict[int, Booking] = {}
        if file.exists():
            saved = json.loads(file.read_text(encoding="utf-8"))
            self._next_id = saved["next_id"]
            self._bookings = {each["id"]: Booking(**each) for each in saved["bookings"]}

    def book(self, fields: Mapping[str, Any]) -> Booking:
        """Check the fields and book.

        Raises:
            FieldError: a field is wrong.
            ConflictError: the desk, or else the person, has a booking on that day.
        """
        desk, day, person = self._desk(fields.get("desk")), check_day(fields.get("day")), _person(fields.get("person"))
        with self._lock:
            same_day = [each for each in self._bookings.values() if each.day == day]
            in_the_way = [each for each in same_day if each.desk == desk]
            in_the_way += [each for each in same_day if _same(each.person, person)]
            if in_the_way:
                raise ConflictError(in_the_way[0])
            booking = Booking(self._next_id, desk, day, person)
            self._save({**self._bookings, booking.id: booking}, self._next_id + 1)
            return booking

    def get(self, id: int) -> Booking | None:
        return self._bookings.get(id)

    def cancel(self, id: int) -> bool:
        """Remove a booking, and return whether there was one."""
        with self._lock:
            if id not in self._bookings:
                return False
            self._save({key: each for key, each in self._bookings.items() if key != id}, self._next_id)
            return True

    def find(self, day: str | None = None, person: str | None = None) -> list[Booking]:
        """Return the bookings of a day, of a person, or of both, sorted by day and desk."""
        order = {desk: place for place, desk in enumerate(self.desks)}
        found = [
            each
            for each in self._bookings.values()
            if (day is None or each.day == day) and (person is None or _same(each.person, person))
        ]
        return sorted(found, key=lambda each: (each.day, order.get(each.desk, len(order)), each.desk))

    def free(self, day: str) -> list[str]:
        booked = {each.desk for each in self.find(day=day)}
        return [desk for desk in self.desks if desk not in booked]

    def _desk(self, value: Any) -> str:
        if value not in self.desks:
            raise FieldError("desk", f"it is none of {', '.join(self.desks)}")
        return str(value)

    def _save(self, bookings: dict[int, Booking], next_id: int) -> None:
        """Replace the file in one step, then change what is in memory."""
        content = {"next_id": next_id, "bookings": [asdict(each) for each in bookings.values()]}
        new = self._file.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._file)
        self._bookings, self._next_id = bookings, next_id


def check_day(value: Any) -> str:
    """Return the day, or raise FieldError."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise FieldError("day", "it is not a date written YYYY-MM-DD")


def _person(value: Any) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(name) <= MAX_NAME:
        raise FieldError("person", f"a name has 1 to {MAX_NAME} characters")
    return name


def _same(person: str, other: str) -> bool:
    return person.casefold() == other.strip().casefold()
