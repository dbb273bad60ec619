"""Reads the requirements back from the documents that pass from stage to stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from crew.reading.candidates import NotUsed
from crew.reading.markdown_blocks import Block, BlockKind, parse_blocks, plain, text_with_children
from crew.reading.patterns import labelled_lines
from crew.reading.requirements import (
    MAX_CHARACTERS,
    MAX_REQUIREMENTS,
    Requirement,
    assign_labels,
    is_label,
    shorten,
    split_label,
    split_readable,
)
from crew.reading.section_headings import section_of
from crew.reading.sections import Section
from crew.reading.selection import TOO_MANY, select

NOT_USED_HEADING = "Not used"
"""The last section of a document. What a person adds below its list, with a label, is a requirement."""


CUT = f"after the first {MAX_CHARACTERS:,} characters"
NO_LABEL = "without a label, in a list of its own"
NO_ITEM = "with a label, but neither an item nor a heading"
_MAX_CUT_SHOWN = 200


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """A document's requirements, at most MAX_REQUIREMENTS, and the parts that look like one and are not used."""

    requirements: tuple[Requirement, ...]
    not_used: tuple[NotUsed, ...] = ()


@lru_cache(maxsize=64)
def read_document(document: str) -> DocumentReading:
    """Read the requirements of an agent's document, which a person may have changed.

    Lists and sibling headings with labels (R1., FR-2., ...) are requirements, including unlabelled entries
    that a person has added to them. A document without any is read as a brief.
    """
    text, rest = split_readable(document)
    cut = (NotUsed(CUT, shorten(plain(rest), _MAX_CUT_SHOWN)),) if rest.strip() else ()
    entries = _entries(parse_blocks(text))
    found = assign_labels(_labelled(entries))
    if not found:
        selection = select(text)
        return DocumentReading(selection.requirements, (*selection.not_used, *cut))
    more = [NotUsed(TOO_MANY, f"{each.label}: {each.text}") for each in found[MAX_REQUIREMENTS:]]
    return DocumentReading(found[:MAX_REQUIREMENTS], (*_passed_over(entries), *more, *cut))


def requirements_in(document: str) -> tuple[Requirement, ...]:
    """Return the requirements, at most MAX_REQUIREMENTS, of an agent's document."""
    return read_document(document).requirements


@lru_cache(maxsize=64)
def labels_in(document: str) -> tuple[str, ...]:
    """Return the labels of all requirements of an agent's document, however many."""
    found = assign_labels(_labelled(_entries(parse_blocks(split_readable(document)[0]))))
    return tuple(each.label for each in found or requirements_in(document))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A block with its section: None if that is not built. `named` means that its heading is one for requirements,
    `detail` that the heading of a requirement is above it."""

    block: Block
    section: Section | None
    named: bool
    detail: bool

    @property
    def group(self) -> tuple[object, ...]:
        return (self.block.kind, self.block.level, self.block.group)


def _labelled(entries: list[_Entry]) -> Iterator[tuple[str | None, str, bool]]:
    groups = _groups(entries)
    for each in entries:
        if each.group in groups:
            yield *split_label(text_with_children(each.block)), each.section is Section.QUALITY


def _groups(entries: list[_Entry]) -> set[tuple[object, ...]]:
    """Return the lists, and the groups of sibling headings, in which one entry has a label."""
    listed = [each for each in entries if each.block.kind in (BlockKind.HEADING, BlockKind.ITEM)]
    return {each.group for each in listed if split_label(each.block.text)[0]}


def _passed_over(entries: list[_Entry]) -> Iterator[NotUsed]:
    """Yield what a person may have added as a requirement in a form that is not read as one."""
    groups = _groups(entries)
    for each in entries:
        block = each.block
        if block.kind is BlockKind.ITEM and each.named and not each.detail and each.group not in groups:
            yield NotUsed(NO_LABEL, text_with_children(block))
        elif (block.kind is BlockKind.PARAGRAPH and labelled_lines(block)) or is_label(next(iter(block.cells), "")):
            yield NotUsed(NO_ITEM, block.text)


def _entries(blocks: list[Block]) -> list[_Entry]:
    """Return the blocks of sections that are built."""
    return [each for each in _with_sections(blocks) if each.section is not None]


def _with_sections(blocks: list[Block]) -> Iterator[_Entry]:
    above: list[tuple[int, Section | None, bool]] = []  # level, section, and whether it has a label
    for block in blocks:
        if block.quoted or block.kind is BlockKind.CODE:
            continue
        if block.kind is BlockKind.HEADING:
            above = [each for each in above if each[0] < block.level]
        sections = [section for _, section, _ in above if section is not None]
        unused = any(not section.is_requested and section is not Section.GOALS for section in sections)
        section = None if unused else (sections[-1] if sections else Section.REQUIREMENTS)
        named = bool(sections) and sections[-1].is_requested
        yield _Entry(block, section, named, any(labelled for _, _, labelled in above))
        if block.kind is BlockKind.HEADING:
            label, _ = split_label(block.text)
            # The document's title does not name a section.
            names_no_section = label or block.level == 1 or block.text == NOT_USED_HEADING
            above.append((block.level, None if names_no_section else section_of(block.text), label is not None))
