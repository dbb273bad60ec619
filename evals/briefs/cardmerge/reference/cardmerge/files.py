"""Reads address books, and writes the list."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from cardmerge.cards import Card, clean_day, clean_email, clean_phone, clean_text

COLUMNS = [field.name for field in fields(Card)]


class WrongFileError(Exception):
    """A file cannot be used; the message names it."""


@dataclass(frozen=True)
class Row:
    """A card, and where it comes from, as FILE:LINE."""

    place: str
    card: Card


def read(path: str, country: str | None) -> list[Row]:
    """Return the rows of a file.

    Raises:
        WrongFileError: it cannot be read, or its columns are wrong.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
        return list(_rows(path, text, country))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongFileError(f"{path}: {error}") from error


def write(path: str, cards: Iterable[Card]) -> None:
    """Replace the file in one step.

    Raises:
        WrongFileError: it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(card) for card in cards)
    target = Path(path)
    new = target.with_name(f"{target.name}.new")
    try:
        new.write_bytes(text.getvalue().encode())
        new.replace(target)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise WrongFileError(f"{path}: {error}") from error


def _rows(path: str, text: str, country: str | None) -> Iterator[Row]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    places = _columns(path, next(reader, []))
    line = reader.line_num + 1
    for values in reader:
        if values:
            found = {name: values[at] for name, at in places.items() if at < len(values)}
            yield Row(f"{path}:{line}", _card(found, country))
        line = reader.line_num + 1


def _columns(path: str, header: list[str]) -> dict[str, int]:
    """Return the place of each column that is used."""
    names = [name.strip().lower() for name in header]
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise WrongFileError(f"{path}: the column {twice[0]} is there twice")
    if "email" not in names and "phone" not in names:
        raise WrongFileError(f"{path}: there is no column email or phone")
    return {name: names.index(name) for name in COLUMNS if name in names}


def _card(values: dict[str, str], country: str | None) -> Card:
    return Card(
        clean_text(values.get("name", "")),
        clean_email(values.get("email", "")),
        clean_phone(values.get("phone", ""), country),
        clean_day(values.get("updated", "")),
    )
