"""Requirements: what a brief or a document asks for, numbered R1, R2, ..."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from activities.agents.rehearsal.outline import Block, Kind, outline

MOST_REQUIREMENTS = 50
LONGEST_REQUIREMENT = 400
MOST_TEXT = 200_000
"""Characters of a text that are read: parsing more would take seconds, and no brief that a person wrote has more."""

_LABEL = re.compile(r"^R(\d{1,4})\s*[.:)\u2013-]\s*(?=\S)", re.IGNORECASE)
_ASKING = re.compile(
    r"\b(requirements?|features?|user stor(y|ies)|must|should|could|needs?|functional|capabilit(y|ies)|use cases?"
    r"|stories|what it (does|has to do)|acceptance)\b",
    re.IGNORECASE,
)
_NOT_ASKING = re.compile(
    r"\b(won.?t|out of scope|non-?goals?|not in scope|must not|exclu(ded|sions?))\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])\s*")
_PSEUDO_HEADING = 7


@dataclass(frozen=True, slots=True)
class Requirement:
    number: int
    text: str

    @property
    def label(self) -> str:
        return f"R{self.number}"


@lru_cache(maxsize=64)
def requirements_in(markdown: str) -> tuple[Requirement, ...]:
    """The requirements of a text, at most MOST_REQUIREMENTS; none where it says nothing.

    Where a list or a run of headings is labelled R1., R2., ... that is what counts, with whatever a person has put
    between them. Else the list items under headings that ask (Requirements, Features, Must have, ...), else all list
    items, else the sentences.
    """
    blocks = outline(markdown[:MOST_TEXT])
    for found in (_labelled(blocks), _asked(blocks), _items(blocks), _sentences(blocks)):
        numbered = _numbered(found)
        if numbered:
            return numbered
    return ()


def shortened(text: str, longest: int) -> str:
    """The text in at most `longest` characters, cut at a word where there is one."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut).rstrip() + "\u2026"


def _labelled(blocks: list[Block]) -> Iterator[str]:
    groups = {_group(block) for block in blocks if block.kind is not Kind.PARAGRAPH and _LABEL.match(block.text)}
    return (block.text for block in blocks if _group(block) in groups)


def _group(block: Block) -> tuple[object, ...]:
    return (block.kind, block.level, block.group)


def _asked(blocks: list[Block]) -> Iterator[str]:
    return (item.text for item, headings in _items_under_headings(blocks) if _asks(headings))


def _items(blocks: list[Block]) -> Iterator[str]:
    return (
        item.text
        for item, headings in _items_under_headings(blocks)
        if not any(_NOT_ASKING.search(heading) for heading in headings)
    )


def _sentences(blocks: list[Block]) -> Iterator[str]:
    for block in blocks:
        if block.kind is Kind.PARAGRAPH:
            yield from _SENTENCE_END.split(block.text)


def _asks(headings: tuple[str, ...]) -> bool:
    return any(map(_ASKING.search, headings)) and not any(map(_NOT_ASKING.search, headings))


def _items_under_headings(blocks: list[Block]) -> Iterator[tuple[Block, tuple[str, ...]]]:
    """Each item with the headings above it, the document's title left out: it names, and asks for nothing."""
    above: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind is Kind.HEADING:
            above = [one for one in above if one[0] < block.level] + [(block.level, block.text)]
        elif block.kind is Kind.PARAGRAPH and len(block.text) < 80 and block.text.endswith(":"):
            above = [one for one in above if one[0] < _PSEUDO_HEADING] + [(_PSEUDO_HEADING, block.text)]
        elif block.kind is Kind.ITEM:
            yield block, tuple(text for level, text in above if level > 1)


def _numbered(texts: Iterable[str]) -> tuple[Requirement, ...]:
    """Number the texts: a label that is still free is kept, any other text takes the next free number."""
    found: list[tuple[int | None, str]] = []
    taken: set[int] = set()
    for text in texts:
        label = _LABEL.match(text)
        body = shortened(text[label.end() :] if label else text, LONGEST_REQUIREMENT)
        number = int(label.group(1)) if label else None
        if not body or (number, body) in found:
            continue
        # Two requirements with one label are a slip of the pen: the second is kept, under a number of its own.
        found.append((None if number in taken else number, body))
        if number is not None:
            taken.add(number)
        if len(found) == MOST_REQUIREMENTS:
            break
    free = (number for number in range(1, 20_000) if number not in taken)
    return tuple(Requirement(next(free) if number is None else number, text) for number, text in found)
