"""Collects candidates from the items of lists and the rows of tables."""

from __future__ import annotations

from dataclasses import replace

from crew.rehearsal.reading import patterns
from crew.rehearsal.reading.candidates import Tier
from crew.rehearsal.reading.collection import Collection
from crew.rehearsal.reading.markdown_blocks import Block, text_with_children
from crew.rehearsal.reading.patterns import MIN_REQUIREMENT_WORDS, count_words, sections_in_item
from crew.rehearsal.reading.section_headings import is_exclusion_remark
from crew.rehearsal.reading.sections import Section
from crew.rehearsal.reading.sentences import is_question, states_requirement
from crew.rehearsal.reading.tables import has_requirement_column, parse_rows

STRUCK = "struck out"


def collect_item(collection: Collection, item: Block, section: Section | None) -> None:
    text = item.text
    if item.struck and (patterns.is_only_a_remark(text) or is_exclusion_remark(text)):
        collection.mark_unused(STRUCK, text_with_children(replace(item, text=f"{item.struck} {text}".strip())))
        return
    if item.struck:
        collection.mark_unused(STRUCK, item.struck)
    section, inside = sections_in_item(item, section)
    is_requirement_above = collection.headings.requirement is not None
    if item.children and (
        (not is_requirement_above and _is_group(item))
        or (inside is not section and not patterns.CONTINUED_BY_CHILDREN.search(item.text))
    ):
        if inside is not section and inside is Section.CRITERIA:
            collection.add_item(text_with_children(item), inside)
            return
        for child in item.children:
            continues = patterns.MODAL.match(child.text) and inside is section
            child = replace(child, text=f"{item.text.rstrip(':')} {child.text}") if continues else child
            collect_item(collection, child, inside)
        return
    is_criterion = section is Section.CRITERIA and section is not collection.headings.section
    if is_criterion and collection.candidates and not is_requirement_above:
        collection.candidates[-1].details.append(text_with_children(item))
        return
    struck = [child for child in item.children if child.struck and patterns.is_only_a_remark(child.text)]
    for child in struck:
        collection.mark_unused(STRUCK, text_with_children(replace(child, text=child.struck)))
    whole = text_with_children(replace(item, children=tuple(child for child in item.children if child not in struck)))
    if (item.linked or patterns.URL.match(whole)) and not item.children:
        collection.mark_unused(Section.LINKS.value, whole)
    elif patterns.PLACEHOLDER.match(whole):
        return
    elif is_question(text) and not item.children:
        collection.mark_unused(Section.QUESTIONS.value, whole)
    else:
        collection.add_item(whole, section)


def _is_group(item: Block) -> bool:
    """Return whether an item's children are separate requirements, and the item is the name of their group."""
    words = [count_words(child.text) for child in item.children]
    head = item.text.rstrip(":")
    names = len(head.split()) <= 5 and not states_requirement(head) and not item.text.endswith(":")
    long = sum(count >= MIN_REQUIREMENT_WORDS for count in words) * 2 > len(words)
    return not item.text or (long and (names or all(states_requirement(child.text) for child in item.children)))


def collect_rows(collection: Collection, block: Block) -> None:
    for row in parse_rows(block):
        section = row.section or collection.headings.section
        if row.struck:
            collection.mark_unused(STRUCK, row.text)
        elif section is not None and section.is_unused:
            collection.mark_unused(section.value, f"{row.label}: {row.text}" if row.label else row.text)
        elif collection.headings.requirement is not None and row.section is None:
            collection.headings.requirement.details.append(row.text)
        elif section is None and not has_requirement_column(block.header) and row.label is None:
            collection.add(Tier.PROSE, row.text, None, None)
        elif is_question(row.text):
            collection.mark_unused(Section.QUESTIONS.value, row.text)
        else:
            collection.add_unless_excluded(row.text, section, row.label)
