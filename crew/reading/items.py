"""Collects candidates from the items of lists and the rows of tables."""

from __future__ import annotations

from dataclasses import replace

from crew.reading import patterns
from crew.reading.candidates import Tier
from crew.reading.collection import Collection
from crew.reading.exclusions import (
    PLACEHOLDER,
    exclusion_reason,
    is_completed_below,
    is_struck_whole,
    rules_out_what_is_above,
    sections_in_item,
    split_unused,
)
from crew.reading.markdown_blocks import Block, text_with_children
from crew.reading.outline import WITHIN_LIST
from crew.reading.patterns import MIN_REQUIREMENT_WORDS, count_words
from crew.reading.section_headings import section_of
from crew.reading.section_titles import is_bare_title, is_section_title
from crew.reading.sections import Section
from crew.reading.sentences import sentences, states_requirement
from crew.reading.table_columns import has_requirement_column
from crew.reading.tables import parse_rows

STRUCK = "struck out"


def collect_item(collection: Collection, item: Block, section: Section | None, lead: str = "") -> None:
    """Collect an item as one requirement with its children as details, or each child as one. `lead` are the words
    of the item above that it completes."""
    item = _without_placeholder(collection, item)
    section, inside = sections_in_item(item, section)
    above = collection.headings.requirement
    names_section = inside is not section and not patterns.CONTINUED_BY_CHILDREN.search(item.text)
    names_criteria = names_section and inside is Section.CRITERIA
    head, unused = split_unused(item.lines or [item.text], section) if item.children else (item.text, [])
    is_refused = (inside is not None and inside.is_unused) or bool(item.text and not head and not names_section)
    if item.children and not (names_criteria or is_refused) and (names_section or (above is None and _is_group(item))):
        collection.not_used += unused if head else []
        _collect_children(collection, replace(item, text=head), inside, lead, is_continued=not names_section)
        return
    kept = _without_unused(collection, item, section)
    if kept is None:
        return
    text = text_with_children(kept)
    is_criterion = section is Section.CRITERIA and section is not collection.headings.section
    if is_criterion and collection.candidates and above is None:
        collection.candidates[-1].details.append(text)
    elif above is not None and (section is None or section.is_requested):
        above.details.append(text)
    else:
        collection.add_item(text, inside if names_criteria else section, lead)


def _collect_children(
    collection: Collection, item: Block, section: Section | None, lead: str, *, is_continued: bool
) -> None:
    if item.struck:
        collection.mark_unused(STRUCK, item.struck)
    head = item.text.rstrip(":")
    collected = len(collection.candidates)
    is_continued = is_continued and len(lead) + len(head) <= patterns.MAX_LEAD
    for child in item.children:
        continues = is_continued and (patterns.MODAL.match(child.text) or is_completed_below(head))
        collect_item(collection, child, section, f"{lead} {head}".strip() if continues else lead)
    if states_requirement(head) and (not is_continued or len(collection.candidates) == collected):
        collection.add_item(head, section, lead)


def _without_placeholder(collection: Collection, item: Block) -> Block:
    """Return an item that is a placeholder, with children, without its text."""
    if not item.children or not item.text or not patterns.PLACEHOLDER.match(item.text):
        return item
    collection.mark_unused(PLACEHOLDER, item.text)
    return replace(item, text="", lines=())


def _without_unused(collection: Collection, item: Block, section: Section | None) -> Block | None:
    """Return an item without the parts, at any depth, that are struck, ruled out, questions or the like; None if it is
    itself. These parts are listed."""
    item = _without_placeholder(collection, item)
    text, unused = split_unused(item.lines or [item.text], section) if item.text else ("", [])
    refusal = _refusal(item, section) or (unused[0].reason if unused and not text else None)
    if refusal is not None:
        collection.mark_unused(refusal, " ".join(filter(None, (item.struck, text_with_children(item)))))
        return None
    if item.struck:
        collection.mark_unused(STRUCK, item.struck)
    collection.not_used += unused
    children = [_without_unused(collection, child, section) for child in item.children]
    kept = replace(item, text=text, children=tuple(filter(None, children)))
    return kept if text_with_children(kept) else None


def _refusal(item: Block, section: Section | None) -> str | None:
    """Return why an item is not built with all its children, if it is struck or a link, or if its first words, or a
    child such as "not in v1", rule it out."""
    if item.struck and is_struck_whole(item.text, item.struck):
        return STRUCK
    if (item.linked or patterns.URL.match(item.text)) and not item.children:
        return Section.LINKS.value
    named = next((each for each in sections_in_item(item, section) if each is not None and each.is_unused), None)
    if named is not None:
        return named.value
    return Section.EXCLUDED.value if any(map(_rules_out_its_parent, item.children)) else None


def _rules_out_its_parent(child: Block) -> bool:
    alone = not (child.struck or child.children or child.text.endswith(":"))
    return alone and rules_out_what_is_above(child.text)


def _is_group(item: Block) -> bool:
    """Return whether an item's children are separate requirements, and the item is the name of their group."""
    words = [count_words(child.text) for child in item.children]
    head = item.text.rstrip(":")
    is_statement = states_requirement(head) or (
        patterns.MODAL_INSIDE.search(head) and not patterns.CONTINUED_BY_CHILDREN.search(head)
    )
    names = len(head.split()) <= 5 and not is_statement and not item.text.endswith(":")
    long = sum(count >= MIN_REQUIREMENT_WORDS for count in words) * 2 > len(words)
    if any(map(_rules_out_its_parent, item.children)):
        return False
    return not item.text or (long and (names or all(states_requirement(child.text) for child in item.children)))


def opens_section(collection: Collection, block: Block, index: int) -> bool:
    """Open the section that an item without children, or a row of one cell, names for those after it: "Out of scope:".
    Return whether it names one."""
    filled = list(filter(None, block.cells))
    is_name = len(filled) == 1 < len(block.cells) if block.cells else block.text.endswith(":") and not block.children
    name = block.text.rstrip(": ")
    named = section_of(name) if is_name and is_section_title(name) else None
    opened = collection.headings.innermost
    inside = opened is not None and opened.level == WITHIN_LIST
    if named is None or (block.cells and not (is_bare_title(name) and (named.is_unused or inside))):
        return False
    collection.headings.close(WITHIN_LIST)
    outer = collection.headings.section
    if named.is_unused or (outer is not None and outer.is_requested):
        collection.headings.open(WITHIN_LIST, named, index, name)
    return True


def collect_rows(collection: Collection, block: Block) -> None:
    rows = parse_rows(block)
    if block.struck and not any(row.struck for row in rows):
        collection.mark_unused(STRUCK, block.struck)
    for row in rows:
        collection.mark_cells_unused(row.left, row.label)
        section = row.section or collection.headings.section
        text = f"{row.label}: {row.text}" if row.label else row.text
        first = next((cell for cell in block.cells if cell and row.text.startswith(cell)), row.text)
        described = row.text.removeprefix(f"{row.name}: ") if row.name else first
        if row.struck:
            collection.mark_unused(STRUCK, row.text)
        elif section is not None and section.is_unused:
            collection.mark_unused(section.value, text)
        elif reason := next(
            filter(None, (exclusion_reason(next(sentences(each), each), section) for each in (first, described))), None
        ):
            collection.mark_unused(reason, text)
        elif row.section is None and collection.add_detail(text, section):
            pass
        elif section is None and not has_requirement_column(block.header) and row.label is None:
            collection.add(Tier.PROSE, row.text, None, None)
        else:
            collection.add_entry(row.text, section, row.label, row.name)
