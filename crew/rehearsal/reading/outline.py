"""The outline of a brief: which paragraphs serve as headings, and what is below each heading."""

from __future__ import annotations

from crew.rehearsal.reading.headings import heading_label
from crew.rehearsal.reading.markdown_blocks import Block, Kind, text_with_children
from crew.rehearsal.reading.patterns import MIN_REQUIREMENT_WORDS, count_words
from crew.rehearsal.reading.requirements import split_label
from crew.rehearsal.reading.section_headings import section_of
from crew.rehearsal.reading.sections import Section

BOLD, COLON = 7, 8
"""The levels of paragraphs that serve as headings: one in bold, and one that ends with a colon."""

_MAX_PSEUDO_HEADING = 80


def pseudo_heading(block: Block, after: Block | None = None) -> str:
    """Return the words of a paragraph that serves as a heading, or ""."""
    if len(block.lines) != 1 or len(block.text) > _MAX_PSEUDO_HEADING:
        return ""
    text = block.text
    if block.emphasised or text.endswith((":", "\uff1a")):
        return text.rstrip(":\uff1a ")
    if text.isupper() and len(text) > 3 and len(text.split()) <= 8:
        return text
    listed = after is not None and after.kind in (Kind.ITEM, Kind.ROW)
    return text if listed and not text.endswith((".", "!", "?")) and section_of(text) is not None else ""


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
            if block.kind is Kind.HEADING:
                last = self._leaf(last, index, block.level)
                in_criteria = self._heading(index, block.level, block.text)
            elif block.kind is Kind.PARAGRAPH and not block.quoted and (name := pseudo_heading(block, after)):
                last = self._leaf(last, index, pseudo_level(block))
                in_criteria = self._heading(index, pseudo_level(block), name, is_paragraph=True)
            else:
                last = None
                if block.kind in (Kind.ITEM, Kind.ROW) and not in_criteria:
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
