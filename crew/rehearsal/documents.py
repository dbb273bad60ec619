"""The requirements of the documents that pass from stage to stage."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from crew.rehearsal.outline import Block, Kind, joined, outline
from crew.rehearsal.requirements import MOST_REQUIREMENTS, MOST_TEXT, Requirement, numbered, split_label
from crew.rehearsal.sections import Section, section_of
from crew.rehearsal.selection import select


@lru_cache(maxsize=64)
def requirements_in(document: str) -> tuple[Requirement, ...]:
    """The requirements of a document that an agent wrote and a person may have changed, at most MOST_REQUIREMENTS; none
    where it says nothing.

    Where a list or a run of headings is labelled R1., FR-2., ... that is what counts, with whatever a person has put
    between them. Else the document is read as a brief is.
    """
    text = document[:MOST_TEXT]
    labelled = numbered(_labelled(outline(text)))
    return (labelled or select(text).requirements)[:MOST_REQUIREMENTS]


def _labelled(blocks: list[Block]) -> Iterator[tuple[str | None, str, bool]]:
    placed = list(_placed(blocks))
    groups = {_group(block) for block, section in placed if section is not None and split_label(block.text)[0]}
    for block, section in placed:
        if section is not None and _group(block) in groups:
            yield *split_label(joined(block)), section is Section.QUALITY


def _placed(blocks: list[Block]) -> Iterator[tuple[Block, Section | None]]:
    """Headings and items with their section; None where a section's heading says that it asks for nothing."""
    above: list[tuple[int, Section | None]] = []
    for block in blocks:
        if block.quoted or block.kind not in (Kind.HEADING, Kind.ITEM):
            continue
        if block.kind is Kind.HEADING:
            above = [one for one in above if one[0] < block.level]
        sections = [section for _, section in above if section is not None]
        out = any(not section.asks and section is not Section.GOALS for section in sections)
        yield block, None if out else (sections[-1] if sections else Section.REQUIREMENTS)
        if block.kind is Kind.HEADING:
            label, _ = split_label(block.text)
            # A document's title names it, and no section.
            named = label or block.level == 1
            above.append((block.level, None if named else section_of(block.text)))


def _group(block: Block) -> tuple[object, ...]:
    return (block.kind, block.level, block.group)
