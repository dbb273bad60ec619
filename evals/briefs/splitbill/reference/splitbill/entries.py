"""Reads the file of entries. Money is a whole number of cents."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HEADER = ["date", "payer", "amount", "for", "note"]
EVERYBODY = "*"
MAX_CENTS = 1_000_000_00

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
_WEIGHT = re.compile(r"[1-9][0-9]?")
_NOT_IN_NAMES = frozenset(";:*")


class WrongFileError(Exception):
    """The file cannot be read at all."""


class WrongEntriesError(Exception):
    """Some entries are wrong; `problems` has a message for each line number."""

    def __init__(self, problems: Mapping[int, str]) -> None:
        super().__init__(f"{len(problems)} wrong entries")
        self.problems = problems


@dataclass(frozen=True)
class Entry:
    """`weights` is by name, or None for everybody."""

    day: date
    payer: str
    cents: int
    weights: Mapping[str, int] | None


@dataclass(frozen=True)
class Ledger:
    """All entries, and the sorted names of everybody in them."""

    entries: list[Entry]
    people: list[str]


def read(path: str) -> Ledger:
    """Read a file.

    Raises:
        WrongFileError: it cannot be read, or has another header.
        WrongEntriesError: entries are wrong.
    """
    entries: list[Entry] = []
    problems: dict[int, str] = {}
    for line, fields in _rows(path):
        try:
            entries.append(_entry(fields))
        except ValueError as error:
            problems[line] = str(error)
    if problems:
        raise WrongEntriesError(problems)
    named = {entry.payer for entry in entries} | {name for entry in entries for name in entry.weights or ()}
    return Ledger(entries, sorted(named))


def _rows(path: str) -> list[tuple[int, list[str]]]:
    """Return the fields of each entry, with the number of its first line."""
    rows = []
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            line = reader.line_num + 1
            for fields in reader:
                if len(fields) > 1 or "".join(fields).strip():
                    rows.append((line, [field.strip() for field in fields]))
                line = reader.line_num + 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongFileError(f"{path}: {error}") from error
    if header != HEADER:
        raise WrongFileError(f"{path}: the first line is not {','.join(HEADER)}")
    return rows


def _entry(fields: list[str]) -> Entry:
    if len(fields) != len(HEADER):
        raise ValueError(f"an entry has {len(HEADER)} fields, not {len(fields)}")
    day, payer, amount, sharers, _ = fields
    return Entry(_day(day), _name(payer), _cents(amount), None if sharers == EVERYBODY else _weights(sharers))


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(f"not a date written YYYY-MM-DD: {text!r}")
    return date.fromisoformat(text)


def _name(text: str) -> str:
    if not text or _NOT_IN_NAMES & set(text):
        raise ValueError(f"not a name: {text!r}")
    return text


def _cents(text: str) -> int:
    match = _AMOUNT.fullmatch(text)
    cents = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else 0
    if not 0 < cents <= MAX_CENTS:
        raise ValueError(f"not an amount: {text!r}")
    return cents


def _weights(text: str) -> dict[str, int]:
    weights: dict[str, int] = {}
    for part in text.split(";"):
        name, separator, weight = (each.strip() for each in part.partition(":"))
        if separator and not _WEIGHT.fullmatch(weight):
            raise ValueError(f"not a weight from 1 to 99: {weight!r}")
        if name in weights:
            raise ValueError(f"{name} appears twice")
        weights[_name(name)] = int(weight or 1)
    return weights
