"""Requirements: what a brief or a document asks for, each under a label: the brief's own (FR-001, 2.1) or R1, R2, ..."""

# ruff: noqa: E501, RUF001 - words and marks of many languages, in lists that are read across
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_REQUIREMENTS = 50
MOST_TEXT = 200_000
"""Characters of a text that are read: parsing more would take seconds, and no brief that a person wrote has more."""

_ID = r"[A-Za-z]{1,12}(?:[-_][A-Za-z]{1,12}){0,3}[-_]?\d{1,5}(?:\.\d{1,4}){0,5}|[A-Z]{1,5} \d{1,4}"
_NUMBER = r"\d{1,4}(?:\.\d{1,4}){1,5}"
# What needs no colon behind it: UTF-8 and COVID-19 are no labels, FR-AUTH-01 is one.
_KNOWN = r"(?:N?FR|REQ|US|UC|[BSTUNF]R|AC|[FR]|FEAT|STORY|SYS|SRS|PRD|ANF|R?N?F|RQ|EX|EXG|LF|LL|LD|N?FA)(?:[-_][A-Z]{1,12}){0,2}[-_]\d{1,5}(?:\.\d{1,4}){0,5}"
_LABEL = re.compile(
    rf"^(?:[\[(]({_ID})[\])]\s*[.:)–—-]?|({_ID})\s*(?:[.:)–—](?!\d)|-(?=\s))|({_KNOWN})(?=\s)|({_NUMBER})\s*[.:)](?!\d))\s*(?=\S)"
)
_TABLE_LABEL = re.compile(rf"^(?:{_ID}|{_NUMBER})$")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that is asked for; `quality` where it is non-functional."""

    label: str
    text: str
    quality: bool = False

    @property
    def key(self) -> str:
        """The label as a part of a Python name; no two requirements of one brief have the same."""
        return key_of(self.label)


def key_of(label: str) -> str:
    """FR-001 -> fr_001, 2.1 -> r2_1."""
    key = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    return key if key[:1].isalpha() else f"r{key}"


def split_label(text: str) -> tuple[str | None, str]:
    """A text's own label and the rest of it: "FR-001: Book a crossing" -> "FR-001", "Book a crossing"."""
    found = _LABEL.match(text)
    if found is None:
        return None, text
    label = next(filter(None, found.groups()))
    return (label.upper() if re.fullmatch(r"r\d+", label) else label.replace(" ", "-")), text[found.end() :]


def is_label(cell: str) -> bool:
    """Whether a table's cell holds a label and nothing else."""
    return _TABLE_LABEL.match(cell) is not None


def numbered(found: Iterable[tuple[str | None, str, bool]]) -> tuple[Requirement, ...]:
    """Requirements of labels, texts and kinds: a label that is still free is kept, any other text takes the next free
    number. What is there already is left out."""
    kept: list[tuple[str | None, str, bool]] = []
    taken: set[str] = set()
    seen: set[tuple[str | None, str]] = set()
    for label, text, quality in found:
        if not text or (label, text) in seen:
            continue
        seen.add((label, text))
        # Two requirements with one label are a slip of the pen: the second is kept, under a number of its own.
        own = label if label is not None and key_of(label) not in taken else None
        kept.append((own, text, quality))
        if own is not None:
            taken.add(key_of(own))
    free = (f"R{number}" for number in range(1, 20_000) if f"r{number}" not in taken)
    return tuple(Requirement(next(free) if label is None else label, text, quality) for label, text, quality in kept)


def shortened(text: str, longest: int) -> str:
    """The text in at most `longest` characters, cut at a word where there is one."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut).rstrip() + "\u2026"
