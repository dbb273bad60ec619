"""Writes the table of contents of a page."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mdtoc.lines import CLOSING, OPENING, Line, split

_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")


class WrongPageError(Exception):
    """The page has no place for a table."""


@dataclass(frozen=True)
class Heading:
    """`text` has no links; `anchor` is unique in the page."""

    level: int
    text: str
    anchor: str

    @property
    def item(self) -> str:
        text = re.sub(r"([\[\]])", r"\\\1", self.text)
        return f"- [{text}](#{self.anchor})"


def with_table(page: str, depth: int) -> str:
    """Return the page with a table of that many levels.

    Raises:
        WrongPageError: the markers are wrong.
    """
    lines = split(page)
    opening, closing = _find_markers(lines)
    before, after = lines[: opening + 1], lines[closing:]
    headings = _headings([*before, *after])[len(_headings(before)) :]
    end = lines[opening].end
    table = "".join(f"{item}{end}" for item in _items(headings, depth))
    return "".join(
        [
            *(line.text + line.end for line in before),
            f"{end}{table}{end}" if table else "",
            *(line.text + line.end for line in after),
        ]
    )


def _find_markers(lines: Sequence[Line]) -> tuple[int, int]:
    places = [(at, line.marker) for at, line in enumerate(lines) if line.marker]
    if [marker for _, marker in places] != [OPENING, CLOSING]:
        raise WrongPageError(f"{OPENING} and {CLOSING} are not there once each, in this order")
    return places[0][0], places[1][0]


def _items(headings: Sequence[Heading], depth: int) -> list[str]:
    highest = min((heading.level for heading in headings), default=0)
    return ["  " * (heading.level - highest) + heading.item for heading in headings if heading.level < highest + depth]


def _headings(lines: Iterable[Line]) -> list[Heading]:
    headings: list[Heading] = []
    taken: set[str] = set()
    for line in lines:
        if line.heading:
            level, text = line.heading
            text = _LINK.sub(r"\1", text)
            anchor = _free_anchor(text, taken)
            taken.add(anchor)
            headings.append(Heading(level, text, anchor))
    return headings


def _free_anchor(text: str, taken: set[str]) -> str:
    kept = (each for each in text.lower() if each.isalnum() or each in " -_")
    anchor = free = "".join(kept).replace(" ", "-")
    number = 0
    while free in taken:
        number += 1
        free = f"{anchor}-{number}"
    return free
