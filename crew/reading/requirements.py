"""Requirements and their labels: those of the brief (FR-001, 2.1), or R1, R2, ..."""

# ruff: noqa: E501, RUF001 - words and punctuation of many languages, in long patterns
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_REQUIREMENTS = 50
MAX_CHARACTERS = 200_000
"""Characters of a text that are read: parsing more would take seconds, and no brief by a person is longer."""

_ID = r"[A-Za-z]{1,12}(?:[-_][A-Za-z]{1,12}){0,3}[-_]?\d{1,5}(?:\.\d{1,4}){0,5}|[A-Z]{1,5} \d{1,4}"
_NUMBER = r"\d{1,4}(?:\.\d{1,4}){1,5}"
# Labels that need no colon after them: FR-AUTH-01 is a label, but UTF-8 and COVID-19 are not.
_KNOWN = r"(?:N?FR|REQ|US|UC|[BSTUNF]R|AC|[FR]|FEAT|STORY|SYS|SRS|PRD|ANF|R?N?F|RQ|EX|EXG|LF|LL|LD|N?FA)(?:[-_][A-Z]{1,12}){0,2}[-_]\d{1,5}(?:\.\d{1,4}){0,5}|(?:N?FR|REQ|[BS]R|UC|US|RF|RNF|ANF|FEAT)\d{1,4}"
_LABEL = re.compile(
    rf"^(?:[\[(/]({_ID})[\])/]\s*[.:)–—-]?|({_ID})\s*(?:[.:)–—](?!\d)|-(?=\s))|({_KNOWN})(?=\s)|({_NUMBER})\s*[.:)](?!\d))\s*(?=\S)"
)
_TABLE_LABEL = re.compile(rf"^(?:{_ID}|{_NUMBER})$")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement; `quality` means non-functional."""

    label: str
    text: str
    quality: bool = False

    @property
    def key(self) -> str:
        """The label as a part of a Python name, unique among the requirements of a brief."""
        return python_key(self.label)


def python_key(label: str) -> str:
    """Return a label as a part of a Python name: FR-001 -> fr_001, 2.1 -> r2_1."""
    key = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    return key if key[:1].isalpha() else f"r{key}"


def split_label(text: str) -> tuple[str | None, str]:
    """Split a text into its label, if any, and the rest: "FR-001: Book a crossing" -> "FR-001", "Book a crossing"."""
    found = _LABEL.match(text)
    if found is None:
        return None, text
    label = next(filter(None, found.groups()))
    return (label.upper() if re.fullmatch(r"r\d+", label) else label.replace(" ", "-")), text[found.end() :]


def is_label(cell: str) -> bool:
    """Return whether a table cell holds only a label."""
    return _TABLE_LABEL.match(cell) is not None


def assign_labels(found: Iterable[tuple[str | None, str, bool]]) -> tuple[Requirement, ...]:
    """Return requirements from labels, texts and whether each is non-functional.

    A text without a label, or whose label is taken, gets the next free number. Duplicates are dropped.
    """
    kept: list[tuple[str | None, str, bool]] = []
    taken: set[str] = set()
    seen: set[tuple[str | None, str]] = set()
    for label, text, quality in found:
        if not text or (label, text) in seen:
            continue
        seen.add((label, text))
        # Two requirements with the same label are a mistake: the second is kept under a new number.
        own = label if label is not None and python_key(label) not in taken else None
        kept.append((own, text, quality))
        if own is not None:
            taken.add(python_key(own))
    free = (f"R{number}" for number in range(1, 20_000) if f"r{number}" not in taken)
    return tuple(Requirement(next(free) if label is None else label, text, quality) for label, text, quality in kept)


def split_readable(text: str) -> tuple[str, str]:
    """Split a text after MAX_CHARACTERS, or before the line that they would cut, into what is read and the rest."""
    if len(text) <= MAX_CHARACTERS:
        return text, ""
    end = text.rfind("\n", MAX_CHARACTERS // 2, MAX_CHARACTERS) + 1 or MAX_CHARACTERS
    return text[:end], text[end:]


def shorten(text: str, max_length: int) -> str:
    """Return the text in at most `max_length` characters, cut at a word boundary if possible."""
    if len(text) <= max_length:
        return text
    cut = text[: max_length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[max_length // 2 :] else cut).rstrip() + "\u2026"
