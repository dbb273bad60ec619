"""The outline of a brief: which paragraphs serve as headings, and what is below each heading."""

from __future__ import annotations

import re

from crew.reading.exclusions import heading_section
from crew.reading.headings import heading_label
from crew.reading.markdown_blocks import Block, BlockKind, text_with_children
from crew.reading.patterns import MIN_REQUIREMENT_WORDS, PLACEHOLDER, count_words
from crew.reading.requirements import split_label
from crew.reading.section_headings import section_of
from crew.reading.sections import Section
from crew.reading.sentences import sentences

BOLD, COLON = 7, 8
"""The levels of paragraphs that serve as headings: one in bold, and one that ends with a colon."""
WITHIN_LIST = 9
"""The level of an item, or a row, that names the section of those after it."""

_MAX_PSEUDO_HEADING = 80


def lead_in(block: Block, after: Block | None = None) -> tuple[tuple[str, ...], str]:
    """Return the lines of a paragraph before the words that serve as a heading, and those words, "" if none do.

    They are all of it, if it is short and in bold or capitals; or else its last sentence, or labelled line, if it
    ends with a colon, or names the section of the list `after` it.
    """
    text = block.text
    if PLACEHOLDER.match(text):
        return block.lines, ""
    if text.endswith(_COLONS):
        before, last = _split_last(block)
        return before, last.rstrip(":\uff1a ")
    short = len(block.lines) == 1 and len(text) <= _MAX_PSEUDO_HEADING
    if short and (block.emphasised or (text.isupper() and len(text) > 3 and len(text.split()) <= 8)):
        return (), text
    if after is None or after.kind not in (BlockKind.ITEM, BlockKind.ROW):
        return block.lines, ""
    before, last = _split_last(block)
    last = last.rstrip(_DASHES)
    is_sentence = last.endswith((".", "!"))
    named = heading_section(last.rstrip(".!")) if not is_sentence or _FOLLOWING.search(last) else None
    return (before, last) if named is not None else (block.lines, "")


def _split_last(block: Block) -> tuple[tuple[str, ...], str]:
    """Split a paragraph before its last labelled line, or else its last sentence."""
    labelled = [at for at, line in enumerate(block.lines) if at > 0 and split_label(line)[0]]
    if labelled and split_label(block.lines[0])[0]:
        return block.lines[: labelled[-1]], " ".join(block.lines[labelled[-1] :])
    *before, last = sentences(block.text)
    return tuple(before), last


_COLONS = (":", "\uff1a")
_DASHES = " -\u2013\u2014"
_FOLLOWING = re.compile(
    r"\b(?:following|below|these|folgende\w*|suivant\w*|siguientes|seguintes|seguenti|volgende|następujące|следующ\w+)\b|以下|次の|下記|다음",
    re.IGNORECASE,
)
"""In a sentence with a full stop that speaks about the list after it."""


def pseudo_level(block: Block) -> int:
    """Return the level of a paragraph that serves as a heading."""
    return BOLD if block.emphasised or block.text.isupper() else COLON


class Outline:
    """What is below each heading, by the index of its block. Built in one pass: at most eight headings are open."""

    def __init__(self, blocks: list[Block]) -> None:
        self.groups: set[int] = set()
        """Headings whose next heading is a requirement below them: "Epic 1"."""
        self.leaves: set[int] = set()
        """Headings with nothing below them."""
        self._open: list[tuple[int, int]] = []  # level and index
        self._undecided: list[tuple[int, int]] = []  # the headings since the last one that is no paragraph
        self._listed: dict[int, int] = {}
        self._long: dict[int, int] = {}
        self._with_labels: set[int] = set()
        in_criteria = False
        last: tuple[int, int] | None = None  # the level and index of the block before, if it is a heading
        for index, block in enumerate(blocks):
            after = blocks[index + 1] if index + 1 < len(blocks) else None
            if block.kind is BlockKind.HEADING:
                last = self._leaf(last, index, block.level)
                in_criteria = self._heading(index, block.level, block.text)
            elif block.kind is BlockKind.PARAGRAPH and not block.quoted and (name := lead_in(block, after)[1]):
                last = self._leaf(last, index, pseudo_level(block))
                in_criteria = self._heading(index, pseudo_level(block), name, is_paragraph=True)
            else:
                last = None
                if block.kind in (BlockKind.ITEM, BlockKind.ROW) and not in_criteria:
                    self._entry(count_words(text_with_children(block)) >= MIN_REQUIREMENT_WORDS)
        self._leaf(last, len(blocks), 0)

    def is_requirement(self, index: int) -> bool:
        """Return whether a heading among requirements is one itself, rather than the name of a group: below it are
        only criteria, or lists of very short items."""
        return index not in self._with_labels and self._long.get(index, 0) * 2 <= self._listed.get(index, 0)

    def _leaf(self, last: tuple[int, int] | None, index: int, level: int) -> tuple[int, int]:
        if last is not None and last[0] >= level:
            self.leaves.add(last[1])
        return level, index

    def _heading(self, index: int, level: int, text: str, *, is_paragraph: bool = False) -> bool:
        self._open = [each for each in self._open if each[0] < level]
        if not is_paragraph:
            label, _ = heading_label(text)
            if label is not None and not label[0].isdigit():
                self.groups.update(at for above, at in self._undecided if above < level)
            self._undecided.clear()
            if split_label(text)[0]:
                self._with_labels.update(at for _, at in self._open)
        self._open.append((level, index))
        self._undecided.append((level, index))
        return section_of(text) is Section.CRITERIA

    def _entry(self, is_long: bool) -> None:
        for _, at in self._open:
            self._listed[at] = self._listed.get(at, 0) + 1
            self._long[at] = self._long.get(at, 0) + is_long
