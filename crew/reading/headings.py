"""Headings of a brief: its title, paragraphs that serve as headings, and headings that are requirements themselves."""

# ruff: noqa: E501, RUF001 - words and punctuation of many languages, in long patterns
from __future__ import annotations

import re

from crew.reading.conversations import is_greeting
from crew.reading.markdown_blocks import Block, BlockKind
from crew.reading.patterns import PARAGRAPH_NUMBER
from crew.reading.requirements import split_label
from crew.reading.section_headings import section_of
from crew.reading.section_titles import is_section_title
from crew.reading.sentences import states_requirement

_NAMED = re.compile(
    r"^(?:user |use )?(feature|requirement|story|case|epic|scenario|anforderung|exigence|requisito)\s*#?(\d{1,4}(?:\.\d{1,4})*)(?:\s*[.:)–—-]\s*(?=\S)|$)",
    re.IGNORECASE,
)
"""Headings that people give to single requirements: "Story 1.1: Sign up"."""
_MAX_SECTION_WORDS = 3
"""A longer heading that names a section is the brief's title: "Requirements of the ferry bookings"."""
_MAX_TITLE_LINE = 80
"""Characters of a first line that may be the title."""


def heading_label(text: str) -> tuple[str | None, str]:
    """Split a heading into its label and the rest: "Story 1.1: Sign up" -> "Story-1.1", "Sign up"."""
    label, rest = split_label(text)
    if label is None and (number := PARAGRAPH_NUMBER.match(text)):
        label, rest = number[1], text[number.end() :]
    if label is None and (named := _NAMED.match(text)):
        label, rest = f"{named[1].capitalize()}-{named[2]}", text[named.end() :] or text
    return label, rest


def find_title(blocks: list[Block], has_title: bool = False) -> tuple[int, str]:
    """Return the index of the title's block and the title.

    The title is the first heading, if it has level 1 and names no section, or is the only one above other sections; or
    else the first line, unless the brief has a title elsewhere (`has_title`); "" if there is neither. The index is -1 if there is no title, or if it is a requirement as well.
    """
    unquoted = [(index, block) for index, block in enumerate(blocks) if not block.quoted]
    headings = [(index, block) for index, block in unquoted if block.kind is BlockKind.HEADING]
    tops = [index for index, block in headings if block.level == 1]
    if tops and headings[0][0] == tops[0]:
        index, text = tops[0], blocks[tops[0]].text
        names_others = len(text.split()) > _MAX_SECTION_WORDS or any(
            section_of(block.text) is not None for _, block in headings[1:]
        )
        alone = len(tops) == 1 and len(headings) > 1 and names_others
        names_none = not is_section_title(text) if len(tops) == 1 else section_of(text) is None
        if (names_none or alone) and not split_label(text)[0]:
            return index, text
    if (
        has_title
        or tops
        or not unquoted
        or unquoted[0][1].kind is not BlockKind.PARAGRAPH
        or len(unquoted[0][1].lines) != 1
    ):
        return -1, ""
    index, text = unquoted[0][0], unquoted[0][1].text
    if (
        len(text) > _MAX_TITLE_LINE
        or text.endswith((":", "\uff1a"))
        or split_label(text)[0]
        or section_of(text) is not None
        or is_greeting(text)
    ):
        return -1, ""
    is_prose = text.endswith((".", "!", "?", "\u3002")) or states_requirement(text)
    return (-1 if is_prose or len(unquoted) == 1 else index), text
