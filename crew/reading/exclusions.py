"""What the words of a part of a brief say about it: that it is ruled out, a risk, a question, or a placeholder."""

# ruff: noqa: E501, RUF001 - words of many languages, in long patterns
from __future__ import annotations

import re
from collections.abc import Sequence

from crew.reading import patterns
from crew.reading.candidates import NotUsed
from crew.reading.feature_names import is_feature_name
from crew.reading.markdown_blocks import Block
from crew.reading.requirements import is_label, split_label
from crew.reading.scope_remarks import is_exclusion_remark, label_section
from crew.reading.scope_statements import says_out_of_scope, split_clauses
from crew.reading.scope_words import CROSSES, FEATURE_NAMES, NEGATIONS
from crew.reading.section_headings import is_exclusion, section_of
from crew.reading.sections import Section
from crew.reading.sentences import is_question, sentences, states_requirement
from crew.reading.tables import is_excluding_status

PLACEHOLDER = "a placeholder"

_ASKS = re.compile(
    r"(?:(?:do|should|shall|can|could|must|may) we|which|is it|are there|should it|brauchen wir|sollen wir|welche[rsnm]?|quels?|quelles?|faut-il|¿?cuáles)\b.*[?？]$",
    re.IGNORECASE | re.DOTALL,
)
# A sentence about the one before, or about all of its item.
_ABOUT_IT = re.compile(
    r"(?:it|this|that|they|these|das|dies|sie|cela|ceci|esto|isso|questo|dit)(?:'s|'re| is| are| was| will| won't| ist| sind| kommt| est| sera)\b",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"(?:(?:this (?:page|section|requirement) )?(?:is )?(?:intentionally )?(?:left )?blank|empty|reserved(?: for .{1,40})?|not applicable|vacant|nicht zutreffend|reserviert|entfällt|sans objet|réservé"
    r"|no aplica|reservado|não se aplica|non applicabile|riservato|niet van toepassing|nie dotyczy|не применимо|(?:see|duplicate of|merged (?:with|into)|same as|siehe|voir|véase|vedi|zie) [A-Za-z]{1,8}[-_ ]?\d[\w.]{0,8}|欠番|該当なし|不适用|해당 없음)$",
    re.IGNORECASE,
)
"""What comes after a label whose requirement is gone."""
_MARKER = re.compile(r"\[(?:NEEDS? CLARIFICATION|TO BE CLARIFIED|CLARIFY|OPEN|TBC|TBD|TODO)\b[^\[\]]*\]", re.IGNORECASE)
"""A question within a requirement, which is built nevertheless."""
_CLAUSE = re.compile(r"[,;()–—]")
_MAX_LEAD = 120


def exclusion_reason(text: str, section: Section | None) -> str | None:
    """Return why a sentence, or the text of a heading, an item or a cell, is not built, by its own words; else None."""
    if patterns.PLACEHOLDER.match(text):
        return PLACEHOLDER
    text = _MARKER.sub("", text)
    label, rest = split_label(text)
    if label and (reason := labelled_reason(rest)):
        return reason
    named = named_section(text, section) or (named_section(rest, section) if label else None)
    if named is not None and named.is_unused:
        return named.value
    if says_out_of_scope(text, section):
        return Section.EXCLUDED.value
    return Section.QUESTIONS.value if is_question(text) else None


def labelled_reason(text: str) -> str | None:
    """Return why the text after a label is no requirement, if it is only a remark: "Withdrawn", "Reserved"."""
    words = text.strip(" .*_()[]")
    if _EMPTY.match(words):
        return PLACEHOLDER
    first, *others = map(str.strip, _CLAUSE.split(words))
    is_remark = is_exclusion_remark(first) and words.casefold() not in FEATURE_NAMES
    is_remark = is_remark and all(_EMPTY.match(each) or is_exclusion_remark(each) for each in others)
    return Section.EXCLUDED.value if is_remark else None


def is_struck_whole(text: str, struck: str) -> bool:
    """Return whether what is left of an entry that was struck through is only its label or a remark, or whether the
    label was struck."""
    label, rest = split_label(f"{text} ." if text else "")
    left = rest.removesuffix(".").strip() if label or is_label(text.strip(" .:)-")) else text
    is_left = bool(left) and not is_label(left.strip(" .:)-"))
    return (
        not is_left
        or patterns.is_only_a_remark(left)
        or is_exclusion_remark(left.strip(" .:;,–—-"))
        or is_label(struck.strip(" .:)-"))
    )


def split_unused(paragraphs: Sequence[str], section: Section | None) -> tuple[str, list[NotUsed]]:
    """Split the text of an entry into what is built, and what its own words rule out.

    The whole is ruled out ("" is built) if its first sentence is, or a later one speaks about it: "Not in v1.".
    """
    text = " ".join(paragraphs)
    parts = [part for paragraph in paragraphs for part in sentences(paragraph)] or [text]
    reasons = [exclusion_reason(part, section) for part in parts]
    if reasons[0] is None and any(map(rules_out_what_is_above, parts[1:])):
        reasons[0] = Section.EXCLUDED.value
    if reasons[0] is not None:
        return "", [NotUsed(reasons[0], text)]
    kept: list[str] = []
    unused: list[NotUsed] = []
    for part, reason in zip(parts, reasons, strict=True):
        if reason is not None:
            unused.append(NotUsed(reason, part))
        else:
            rest, clauses = split_clauses(part)
            kept.append(rest)
            unused += [NotUsed(Section.EXCLUDED.value, clause) for clause in clauses]
    return (" ".join(kept), unused) if unused else (text, [])


def rules_out_what_is_above(text: str) -> bool:
    """Return whether a text says of what it belongs to that it is out of scope: "Not in v1", "Status: rejected"."""
    if states_exclusion(text):
        return True
    if is_exclusion_remark(text.rstrip(".")):
        return True
    if patterns.is_only_a_remark(text):
        return is_exclusion(text.strip(" .;,()[]（）"))
    return _ABOUT_IT.match(text) is not None and says_out_of_scope(text)


def states_exclusion(line: str) -> bool:
    """Return whether a line is a status that rules out what it belongs to: "Priority: Won't"."""
    lead = patterns.LEAD.match(line)
    return lead is not None and bool(lead[2]) and is_excluding_status(lead[1], lead[2])


def heading_section(text: str, below: Section | None = None) -> Section | None:
    """Return the kind of section that a heading, or a sentence that leads into a list, names."""
    found = section_of(text, below)
    if found is None and says_out_of_scope(text):
        return Section.EXCLUDED
    if found is None and len(text) > _MAX_LEAD:
        return next(filter(None, (section_of(clause.strip(), below) for clause in _CLAUSE.split(text))), None)
    return Section.QUESTIONS if found is None and _ASKS.match(text) else found


def is_completed_below(text: str) -> bool:
    """Return whether the items below a text complete what it says: "Users can", "The page never shows"."""
    negated = not NEGATIONS.isdisjoint(re.findall(r"[\w']+", text.casefold().replace("’", "'")))
    return negated or states_requirement(text) or patterns.MODAL_INSIDE.search(text) is not None


def sections_in_item(item: Block, section: Section | None) -> tuple[Section | None, Section | None]:
    """Return the sections of an item and of its children, where its first or last words name one: "Out of scope:
    payments", "[Risk] rough sea", "Groups: not in v1"."""
    if section is not None and not section.is_requested and section is not Section.GOALS:
        return section, section
    first = _MARKER.sub("", next(sentences(item.text), item.text))
    if (named := named_section(first, section)) is not None:
        return named, named
    if says_out_of_scope(first, section):
        return Section.EXCLUDED, Section.EXCLUDED
    lead = patterns.LEAD.match(item.text)
    own = section_of(lead[1] if lead else item.text, section) if lead or item.children else None
    if item.children and own is not None and own not in (Section.CONTEXT, Section.GOALS) and not (lead and lead[2]):
        return section, own
    return section, section


def named_section(text: str, section: Section | None) -> Section | None:
    """Return the kind of an item that is ruled out, a risk, a question or background by its own words."""
    if text[:1] in CROSSES and text:
        return Section.EXCLUDED
    if (own := lead_section(text, section)) is not None:
        return own
    tail = patterns.TAIL.search(text[-patterns.MAX_TAIL :])
    remark = patterns.REMARK.search(text) or patterns.LEADING_REMARK.match(text)
    if (tail and is_exclusion_remark(tail[1])) or (remark and is_exclusion(remark[1])):
        return Section.EXCLUDED
    return None


def lead_section(text: str, section: Section | None) -> Section | None:
    """Return the kind that the words before a colon or a dash, or in brackets, give to an item or a paragraph."""
    lead = patterns.LEAD.match(text)
    for label in filter(None, (lead, patterns.DASH.match(text), patterns.LEADING_REMARK.match(text))):
        own = label_section(label[1])
        if own is not None and not (own is Section.EXCLUDED and is_feature_name(label[1], text[label.end(1) + 1 :])):
            return own
    own = section_of(lead[1], section) if lead and not is_feature_name(lead[1], lead[2]) else None
    return own if own in (Section.EXCLUDED, Section.RISKS, Section.QUESTIONS) else None
