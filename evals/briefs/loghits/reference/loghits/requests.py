"""Reads the lines of a log."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_TIME = r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"
_LINE = re.compile(
    rf"[^ ]+ [^ ]+ [^ ]+ \[(?P<time>[^\]]*)\] {_QUOTED} (?P<status>\d{{3}}) (?:\d+|-)(?: {_QUOTED} {_QUOTED})?",
    re.ASCII | re.DOTALL,
)
_MOMENT = re.compile(_TIME, re.ASCII)
_BOT = re.compile("bot|crawler|spider", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """`day` is that of UTC; `agent` is empty in the common format."""

    day: date
    method: str
    target: str
    status: int
    agent: str

    @property
    def by_bot(self) -> bool:
        return _BOT.search(self.agent) is not None

    @property
    def is_hit(self) -> bool:
        return self.method == "GET" and (200 <= self.status <= 299 or self.status == 304)

    @property
    def is_error(self) -> bool:
        return 400 <= self.status <= 599

    @property
    def page(self) -> str:
        return self.target.partition("?")[0]


def parse(line: str) -> Request | None:
    """Return the request in a line, or None if the line is unreadable."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    words = match[2].split(" ")
    day = _day(match["time"])
    if len(words) != 3 or not all(words) or day is None:
        return None
    return Request(day, words[0], words[1], int(match["status"]), match[5] or "")


def _day(text: str) -> date | None:
    match = _MOMENT.fullmatch(text)
    if match is None or match[2] not in MONTHS:
        return None
    day, _, year, hour, minute, second, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        zone = timezone(-offset if sign == "-" else offset)
        moment = datetime(
            int(year), MONTHS.index(match[2]) + 1, int(day), int(hour), int(minute), int(second), tzinfo=zone
        )
        return moment.astimezone(UTC).date()
    except (ValueError, OverflowError):
        return None
