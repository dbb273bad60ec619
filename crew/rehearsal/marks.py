"""What the words and marks of a block show: headings that are none in Markdown, remarks, labels, a title."""

# ruff: noqa: E501, RUF001 - words and marks of many languages, in lists that are read across
from __future__ import annotations

import re

from crew.rehearsal.outline import Block, Kind
from crew.rehearsal.requirements import split_label
from crew.rehearsal.sections import Section, excludes, section_of

BOLD, COLON = 7, 8
"""The levels of headings that are no headings in Markdown: a paragraph in bold, one that ends with a colon."""

REMARK = re.compile(r"[(\[（【]([^()\[\]（）【】]{2,60})[)\]）】]\s*[.;,]?$")
LEADING_REMARK = re.compile(r"^[(\[（【]([^()\[\]（）【】]{2,60})[)\]）】]")
LEAD = re.compile(r"^([^:：]{2,60})[:：]\s*(.*)$", re.DOTALL)
ONLY_A_REMARK = re.compile(r"^[\s.,;:–—-]*(?:[(\[（].*[)\]）])?[\s.,;]*$", re.DOTALL)
PLACEHOLDER = re.compile(
    r"^(?:\W*|(?:tbd|tba|todo|n/?a|none|nothing|keine?|aucune?|ninguno|nessuno|geen|lorem ipsum.*|\.\.\.|…)\W*"
    r"|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\})$",
    re.IGNORECASE,
)
NAMED = re.compile(
    r"^(?:user |use )?(feature|requirement|story|case|epic|scenario|anforderung|exigence|requisito)\s*#?(\d{1,4}(?:\.\d{1,4})*)\s*[.:)–—-]\s*(?=\S)",
    re.IGNORECASE,
)
"""What people call the headings of single requirements: "Story 1.1: Sign up"."""
MODAL = re.compile(
    r"^(?:can|cannot|must|may|should|shall|could|will|kann|können|muss|müssen|soll|sollen|darf|peut|peuvent|puede|pueden|pode|podem|può|possono|kan|kunnen)\b"
)
URL = re.compile(r"^<?[a-z]+://\S+$", re.IGNORECASE)
SCENARIO = re.compile(r"^\s*(?:Scenario(?: Outline)?|Szenario|Scénario|Escenario|Cenário)\s*:\s*(.*)$", re.I)
GOES_ON = re.compile(
    r"\w.*\b(?:can|must|should|shall|may|could|will|to|kann|können|soll|sollen|muss|müssen)\s*:?$", re.I
)
"""The words of an item that what is nested in it goes on with: "Users can:", "sign up"."""
SECTION_WORDS = 3
"""A heading of more words that speaks of a section is the title of the whole: "Requirements of the ferry bookings"."""
LONGEST_LINE = 80
"""Characters of a first line that is taken for a title."""
FEW = 3
"""Words; what is nested and shorter than that is a detail of the item that it is nested in."""


def by_its_own_words(item: Block, section: Section | None) -> tuple[Section | None, Section | None]:
    """The section of an item and of what is nested in it, where its first words say so: "Out of scope: payments"."""
    if section is not None and not section.asks and section is not Section.GOALS:
        return section, section
    lead = LEAD.match(item.text)
    own = section_of(lead[1] if lead else item.text) if lead or item.children else None
    if lead and own in (Section.EXCLUDED, Section.RISKS, Section.QUESTIONS):
        return own, own
    if item.children and own is not None and own not in (Section.CONTEXT, Section.GOALS) and not (lead and lead[2]):
        return section, own
    remark = REMARK.search(item.text) or LEADING_REMARK.match(item.text)
    if remark and excludes(remark[1]):
        return Section.EXCLUDED, Section.EXCLUDED
    return section, section


def words(text: str) -> int:
    """How many words a text has; of a script without spaces, about as many."""
    return len(text.split()) if text.isascii() else max(len(text.split()), len(text) // 4)


def pseudo_heading(block: Block, after: Block | None = None) -> str:
    """The words of a paragraph that is meant as a heading; "" where it is none."""
    if len(block.lines) != 1 or len(block.text) > 80:
        return ""
    text = block.text
    if block.emphasised or text.endswith((":", "\uff1a")):
        return text.rstrip(":\uff1a ")
    if text.isupper() and len(text) > 3 and len(text.split()) <= 8:
        return text
    listed = after is not None and after.kind in (Kind.ITEM, Kind.ROW)
    return text if listed and not text.endswith((".", "!", "?")) and section_of(text) is not None else ""


def labelled_lines(block: Block) -> list[tuple[str, str]]:
    """The lines of a paragraph under their labels, those that go on joined; none where it does not begin with one."""
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


PARAGRAPH_NUMBER = re.compile(r"^(\d{1,3}(?:\.\d{1,3}){1,4})\.?\s+(?=[^\W\d])")
HEADING_NUMBER = PARAGRAPH_NUMBER


def title(blocks: list[Block]) -> tuple[int, str]:
    """Where the title stands (-1: nowhere, or it is a requirement, too), and the title, "" where there is none: the
    first heading, of level 1, unless it names a section; else the first line."""
    shown = [(index, block) for index, block in enumerate(blocks) if not block.quoted]
    headings = [(index, block) for index, block in shown if block.kind is Kind.HEADING]
    tops = [index for index, block in headings if block.level == 1]
    if tops and headings[0][0] == tops[0]:
        index, text = tops[0], blocks[tops[0]].text
        alone = len(tops) == 1 and len(headings) > 1 and len(text.split()) > SECTION_WORDS
        if (section_of(text) is None or alone) and not split_label(text)[0]:
            return index, text
    if tops or not shown or shown[0][1].kind is not Kind.PARAGRAPH or len(shown[0][1].lines) != 1:
        return -1, ""
    index, text = shown[0][0], shown[0][1].text
    if (
        len(text) > LONGEST_LINE
        or text.endswith((":", "\uff1a"))
        or split_label(text)[0]
        or section_of(text) is not None
    ):
        return -1, ""
    is_prose = text.endswith((".", "!", "?", "\u3002"))
    return (-1 if is_prose or len(shown) == 1 else index), text


def one_line(text: str) -> str:
    return " ".join(text.split())
