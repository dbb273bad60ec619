"""Reads the calendars of people."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TextIO

from freeslots.moments import parse_day, parse_moment

HEADER = ["start", "end", "title"]


class WrongFileError(Exception):
    """A calendar cannot be read; the message begins with where."""


@dataclass(frozen=True)
class Entry:
    """Time that is not free. An all-day entry begins and ends at midnight."""

    start: datetime
    end: datetime
    all_day: bool = False


def read(path: str) -> list[Entry]:
    """Return the entries of a file.

    Raises:
        WrongFileError: the file or an entry is wrong.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            return list(_entries(path, file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongFileError(f"{path}: {error}") from error


def _entries(path: str, file: TextIO) -> Iterator[Entry]:
    reader = csv.reader(file)
    line = 1
    for fields in reader:
        try:
            if line == 1:
                _check_header(fields)
            elif fields:
                yield _entry(fields)
        except (ValueError, OverflowError) as error:
            raise WrongFileError(f"{path}:{line}: {error}") from error
        line = reader.line_num + 1
    if line == 1:
        raise WrongFileError(f"{path}:1: the header is missing")


def _check_header(fields: list[str]) -> None:
    if fields != HEADER:
        raise ValueError(f"the first line is not {','.join(HEADER)}")


def _entry(fields: list[str]) -> Entry:
    if len(fields) != len(HEADER):
        raise ValueError(f"an entry has {len(HEADER)} fields, not {len(fields)}")
    start, end, _ = fields
    if "T" in start:
        entry = Entry(parse_moment(start), parse_moment(end))
    else:
        after = parse_day(end) + timedelta(days=1)
        entry = Entry(datetime.combine(parse_day(start), time()), datetime.combine(after, time()), all_day=True)
    if entry.start >= entry.end:
        raise ValueError("the entry ends before it begins")
    return entry
