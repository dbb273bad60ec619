"""Reads the requirements back from the documents that pass from stage to stage."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from crew.rehearsal.reading.markdown_blocks import Block, Kind, parse_blocks, text_with_children
from crew.rehearsal.reading.requirements import (
    MAX_CHARACTERS,
    MAX_REQUIREMENTS,
    Requirement,
    assign_labels,
    split_label,
)
from crew.rehearsal.reading.section_headings import section_of
from crew.rehearsal.reading.sections import Section
from crew.rehearsal.reading.selection import select

NOT_USED_HEADING = "Not used"
"""The last section of a document. What a person adds below its list, with a label, is a requirement."""


@lru_cache(maxsize=64)
def requirements_in(document: str) -> tuple[Requirement, ...]:
    """Return the requirements, at most MAX_REQUIREMENTS, of an agent's document, which a person may have changed.

    Lists and sibling headings with labels (R1., FR-2., ...) are requirements, including unlabelled entries
    that a person has added to them. A document without any is read as a brief.
    """
    text = document[:MAX_CHARACTERS]
    labelled = assign_labels(_labelled(parse_blocks(text)))
    return (labelled or select(text).requirements)[:MAX_REQUIREMENTS]


def _labelled(blocks: list[Block]) -> Iterator[tuple[str | None, str, bool]]:
    entries = list(_with_sections(blocks))
    groups = {_group(block) for block, section in entries if section is not None and split_label(block.text)[0]}
    for block, section in entries:
        if section is not None and _group(block) in groups:
            yield *split_label(text_with_children(block)), section is Section.QUALITY


def _with_sections(blocks: list[Block]) -> Iterator[tuple[Block, Section | None]]:
    """Yield headings and items with their sections; None if the section is not to be built."""
    above: list[tuple[int, Section | None]] = []
    for block in blocks:
        if block.quoted or block.kind not in (Kind.HEADING, Kind.ITEM):
            continue
        if block.kind is Kind.HEADING:
            above = [each for each in above if each[0] < block.level]
        sections = [section for _, section in above if section is not None]
        unused = any(not section.is_requested and section is not Section.GOALS for section in sections)
        yield block, None if unused else (sections[-1] if sections else Section.REQUIREMENTS)
        if block.kind is Kind.HEADING:
            label, _ = split_label(block.text)
            # The document's title does not name a section.
            names_no_section = label or block.level == 1 or block.text == NOT_USED_HEADING
            above.append((block.level, None if names_no_section else section_of(block.text)))


def _group(block: Block) -> tuple[object, ...]:
    return (block.kind, block.level, block.group)
