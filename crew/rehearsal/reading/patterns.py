"""Patterns for remarks, placeholders, numbered lines and scenarios in a brief."""

# ruff: noqa: RUF001 - words and punctuation of many languages, in long patterns
from __future__ import annotations

import re

from crew.rehearsal.reading.markdown_blocks import Block
from crew.rehearsal.reading.requirements import split_label
from crew.rehearsal.reading.scope_words import CROSSES
from crew.rehearsal.reading.section_headings import (
    is_exclusion,
    is_exclusion_remark,
    is_section_title,
    label_section,
    section_of,
)
from crew.rehearsal.reading.sections import Section

_DASH = re.compile(r"^([^:：]{1,40}?) [-–—] ")
_TAIL = re.compile(r"(?:[:：→] ?|[-=]> ?| [-–—] ?|— ?)([^:：–—→>]+)$")
MAX_TAIL = 70
REMARK = re.compile(r"[(\[（【]([^()\[\]（）【】]{2,60})[)\]）】]\s*[.;,]?$")
LEADING_REMARK = re.compile(r"^[(\[（【]([^()\[\]（）【】]{1,60})[)\]）】]")
_LEAD = re.compile(r"^([^:：]{1,60})[:：]\s*(.*)$", re.DOTALL)
PLACEHOLDER = re.compile(
    r"^(?:\W*|(?:tbd|tba|todo|n/?a|none|nothing|keine?|aucune?|ninguno|nessuno|geen|lorem ipsum.*|\.\.\.|…)\W*"
    r"|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\})$",
    re.IGNORECASE,
)
MODAL = re.compile(
    r"^(?:can|cannot|must|may|should|shall|could|will|kann|können|muss|müssen|soll|sollen|darf|peut|peuvent|puede|pueden|pode|podem|può|possono|kan|kunnen)\b"
)
URL = re.compile(r"^<?[a-z]+://\S+$", re.IGNORECASE)
SCENARIO = re.compile(r"^\s*(?:Scenario(?: Outline)?|Szenario|Scénario|Escenario|Cenário)\s*:\s*(.*)$", re.I)
CONTINUED_BY_CHILDREN = re.compile(
    r"(?<=\s)(?:can|must|should|shall|may|could|will|to|kann|können|soll|sollen|muss|müssen) ?:?$", re.I
)
"""An item whose nested items continue its sentence: "Users can:", "sign up"."""
PARAGRAPH_NUMBER = re.compile(r"^(\d{1,3}(?:\.\d{1,3}){1,4})\.?\s+(?=[^\W\d])")
MIN_REQUIREMENT_WORDS = 3
"""A shorter nested item is a detail of the item above it."""


def sections_in_item(item: Block, section: Section | None) -> tuple[Section | None, Section | None]:
    """Return the sections of an item and of its children, where its first or last words name one: "Out of scope:
    payments", "[Risk] rough sea", "Groups: not in v1"."""
    if section is not None and not section.is_requested and section is not Section.GOALS:
        return section, section
    if (named := _named_section(item.text, section)) is not None:
        return named, named
    lead = _LEAD.match(item.text)
    own = section_of(lead[1] if lead else item.text, section) if lead or item.children else None
    if item.children and own is not None and own not in (Section.CONTEXT, Section.GOALS) and not (lead and lead[2]):
        return section, own
    return section, section


def _named_section(text: str, section: Section | None) -> Section | None:
    """Return the kind of an item that is ruled out, a risk, a question or background by its own words."""
    if text[:1] in CROSSES and text:
        return Section.EXCLUDED
    if (own := lead_section(text, section)) is not None:
        return own
    tail = _TAIL.search(text[-MAX_TAIL:])
    remark = REMARK.search(text) or LEADING_REMARK.match(text)
    if (tail and is_exclusion_remark(tail[1])) or (remark and is_exclusion(remark[1])):
        return Section.EXCLUDED
    return None


def lead_section(text: str, section: Section | None) -> Section | None:
    """Return the kind that the words before a colon or a dash, or in brackets, give to an item or a paragraph."""
    lead = _LEAD.match(text)
    for label in filter(None, (lead, _DASH.match(text), LEADING_REMARK.match(text))):
        if (own := label_section(label[1])) is not None:
            return own
    own = section_of(lead[1], section) if lead else None
    return own if own in (Section.EXCLUDED, Section.RISKS, Section.QUESTIONS) else None


def split_at_leads(lines: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Split a paragraph before each line that names a section: "Requirements: ...", "Out of scope: ..."."""
    starts = [at for at, line in enumerate(lines) if at == 0 or _names_section(line)]
    return [lines[start:end] for start, end in zip(starts, [*starts, len(lines)][1:], strict=True)]


def _names_section(line: str) -> bool:
    lead = _LEAD.match(line) or _DASH.match(line)
    return lead is not None and is_section_title(lead[1])


def count_words(text: str) -> int:
    """Return the number of words; in a script without spaces, an estimate."""
    return len(text.split()) if text.isascii() else max(len(text.split()), len(text) // 4)


def labelled_lines(block: Block) -> list[tuple[str, str]]:
    """Return a paragraph's labelled lines, joined with the lines that continue them; none if the first has no label."""
    found: list[tuple[str, str]] = []
    for line in block.lines:
        label, rest = split_label(line)
        if label is None and (number := PARAGRAPH_NUMBER.match(line)):
            label, rest = number[1], line[number.end() :]
        if label is not None:
            found.append((label, rest))
        elif not found:
            return []
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
    return found


def is_only_a_remark(text: str) -> bool:
    """Return whether there is nothing but punctuation and a remark in brackets."""
    rest = text.strip(" .,;:–—-")
    return not rest or (rest[0] in "([（" and rest[-1] in ")]）")


def collapse_whitespace(text: str) -> str:
    return " ".join(text.split())
