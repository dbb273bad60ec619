"""Links and their openings, in one SQLite file."""

import hashlib
import sqlite3
import string
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

DAYS_SHOWN = 90

_ALPHABET = string.digits + string.ascii_letters
_LENGTH = 7
_SCHEMA = """
CREATE TABLE IF NOT EXISTS link (
    name TEXT PRIMARY KEY, address TEXT NOT NULL, generated INTEGER NOT NULL, last_day TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS one_generated ON link (address) WHERE generated;
CREATE TABLE IF NOT EXISTS opening (
    name TEXT NOT NULL REFERENCES link, day TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (name, day)
);
"""


class TakenError(Exception):
    """A name leads to another address."""


@dataclass(frozen=True)
class Link:
    name: str
    address: str
    last_day: date | None

    def expired(self, today: date) -> bool:
        return self.last_day is not None and today > self.last_day


class Store:
    """Every method is one transaction on a connection of its own, so threads and processes can share the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._transaction() as database:
            database.executescript(_SCHEMA)

    def shorten(self, address: str, name: str | None = None, last_day: date | None = None) -> str:
        """Create the link if it does not exist, and return its name. Without a name, one is generated.

        Raises:
            TakenError: the name leads to another address.
        """
        with self._transaction() as database:
            database.execute("BEGIN IMMEDIATE")
            chosen = name or _generated_name(database, address)
            row = database.execute("SELECT address FROM link WHERE name = ?", [chosen]).fetchone()
            if row is None:
                database.execute("INSERT INTO link VALUES (?, ?, ?, NULL)", [chosen, address, name is None])
            elif row[0] != address:
                raise TakenError(f"/{chosen} already leads to {row[0]}")
            if last_day is not None:
                database.execute("UPDATE link SET last_day = ? WHERE name = ?", [last_day.isoformat(), chosen])
            return chosen

    def find(self, name: str) -> Link | None:
        with self._transaction() as database:
            row = database.execute("SELECT name, address, last_day FROM link WHERE name = ?", [name]).fetchone()
        return _link(*row) if row else None

    def count(self, name: str, today: date) -> None:
        """Add one opening of a link."""
        with self._transaction() as database:
            database.execute(
                "INSERT INTO opening VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET number = number + 1",
                [name, today.isoformat()],
            )

    def openings(self, name: str, today: date) -> list[tuple[date, int]]:
        """Return the days with openings among the last 90, oldest first."""
        with self._transaction() as database:
            rows = database.execute(
                "SELECT day, number FROM opening WHERE name = ? AND day BETWEEN ? AND ? ORDER BY day",
                [name, *_shown(today)],
            ).fetchall()
        return [(date.fromisoformat(day), number) for day, number in rows]

    def links(self, today: date) -> list[tuple[Link, int]]:
        """Return all links in ASCII order, each with its openings in the last 90 days."""
        with self._transaction() as database:
            rows = database.execute(
                "SELECT link.name, address, last_day, COALESCE(SUM(number), 0) FROM link"
                " LEFT JOIN opening ON opening.name = link.name AND day BETWEEN ? AND ?"
                " GROUP BY link.name ORDER BY link.name",
                _shown(today),
            ).fetchall()
        return [(_link(*row), openings) for *row, openings in rows]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path)) as database, database:
            yield database


def _generated_name(database: sqlite3.Connection, address: str) -> str:
    row = database.execute("SELECT name FROM link WHERE address = ? AND generated", [address]).fetchone()
    if row:
        return str(row[0])
    attempt = 0
    while True:
        number = int.from_bytes(hashlib.sha256(f"{attempt} {address}".encode()).digest())
        name = "".join(_ALPHABET[number // len(_ALPHABET) ** place % len(_ALPHABET)] for place in range(_LENGTH))
        if not database.execute("SELECT 1 FROM link WHERE name = ?", [name]).fetchone():
            return name
        attempt += 1


def _link(name: str, address: str, last_day: str | None) -> Link:
    return Link(name, address, date.fromisoformat(last_day) if last_day else None)


def _shown(today: date) -> tuple[str, str]:
    return (today - timedelta(days=DAYS_SHOWN - 1)).isoformat(), today.isoformat()
