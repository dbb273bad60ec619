"""What the words of a part of a brief say about it: that it is ruled out, a risk, a question, or a placeholder."""

# ruff: noqa: E501, RUF001, SIM905 - words of many languages, in long patterns
from __future__ import annotations

import re
from collections.abc import Sequence

from crew.reading import patterns
from crew.reading.candidates import NotUsed
from crew.reading.markdown_blocks import Block
from crew.reading.refusals import refuses
from crew.reading.requirements import is_label, split_label
from crew.reading.scope_words import CROSSES, FEATURE_NAMES, LATER, NEGATIONS, STATES
from crew.reading.section_headings import is_exclusion, is_exclusion_remark, label_section, section_of
from crew.reading.sections import Section
from crew.reading.sentences import is_question, sentences, states_requirement
from crew.reading.tables import is_excluding_status

PLACEHOLDER = "a placeholder"

_OUT_OF_SCOPE = re.compile(
    r"\b(?:out of scope|not in scope|(?:outside|beyond) (?:of )?(?:the )?scope|not part of (?:this|the|our|sprint|phase|version|release|stage|v ?\d|mvp)|(?:will not|won't) be (?:supported|included|implemented|built|offered|provided|delivered|handled|covered)(?=\W*$)|nicht im (?:umfang|scope)"
    r"|nicht teil (?:des|der|dieses)|hors (?:du )?périmètre|fuera de(?:l)? alcance|fora do escopo|fuori (?:ambito|dall'ambito)|buiten (?:de )?scope"
    r"|poza zakresem|вне рамок|не входит в)\b|不在范围|範囲外|対象外|スコープ外|범위 밖|범위 외",
    re.IGNORECASE,
)
_WE_WILL_NOT = re.compile(
    r"(?:(?:we|this project|the project|it) (?:(?:will|shall|do|are|is|does|would)(?: not|n't)|won't|don't)(?: be)?(?: going to)?(?: explicitly)? (?:build|support|do|include|implement|offer|handle|cover|develop|ship|deliver|plan|address|provide)"
    r"|(?:the|this) (?:app|application|system|project|product|site|service|tool|release|version) (?:will not|won't|does not|doesn't) (?:support|include|offer|provide|implement|cover|handle)\b"
    r"|no need for\b|wir (?:bauen|machen|unterstützen|entwickeln|bieten|werden|planen)\b.{0,60}\b(?:nicht|kein|keine|keinen)\b"
    r"|nous ne (?:ferons|prévoyons|gérons|gérerons|supporterons|développerons)\b|no (?:haremos|vamos a|incluiremos|soportaremos|desarrollaremos)\b"
    r"|não (?:faremos|vamos|incluiremos)\b|non (?:faremo|includeremo|supporteremo|svilupperemo)\b|we (?:bouwen|doen|maken) .{0,60}\b(?:niet|geen)\b"
    r"|мы не (?:делаем|будем)|(?:我们)?(?:暂时?)?(?:不做|不考虑|不支持))",
    re.IGNORECASE,
)
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
_MIN_STEM = 3
_DETERMINERS = frozenset(
    "a an the to all one its his her their it over past den die das der ein eine einen einem zum zur le la les l un une au aux el los las al una il lo gli i o os as um uma ao het de een naar".split()
)
_THING = re.compile(
    r"an? (?:\w+ )?(?:list|queue|page|view|screen|board|button|overview|table|place|collection|menu|tab|calendar)\b",
    re.IGNORECASE,
)
_HAPPENS = re.compile(
    r"\b(?:is|are|stays?|remains?|keeps?|goes|go|moves?|can|must|ist|sind|bleib(?:t|en)|wird|werden|kann|können|rest(?:e|ent)|est|sont|peut|peuvent|es|son|queda|quedan|se|puede|pueden|è|sono|rimane|rimangono|blijft|blijven|wordt|worden)\b",
    re.IGNORECASE,
)
"""What happens to what is in a state, after its name."""
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
    is_remark = is_exclusion_remark(words) and words.casefold() not in FEATURE_NAMES
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
    if not any(reasons):
        return text, []
    kept = " ".join(part for part, reason in zip(parts, reasons, strict=True) if reason is None)
    return kept, [NotUsed(reason, part) for part, reason in zip(parts, reasons, strict=True) if reason is not None]


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
        if own is not None and not (own is Section.EXCLUDED and _is_name(label[1], text[label.end(1) + 1 :])):
            return own
    own = section_of(lead[1], section) if lead and not _is_name(lead[1], lead[2]) else None
    return own if own in (Section.EXCLUDED, Section.RISKS, Section.QUESTIONS) else None


def _is_name(name: str, description: str) -> bool:
    """Return whether words that may rule out what follows are the name of a feature that it describes: "Skip: jumps to
    the next track", "Later: saves a track for later"."""
    if len(name.split()) != 1:
        return False
    if name.startswith("/"):
        return True  # a command
    word = name.casefold().strip()
    words = re.findall(r"\w+", description[:_MAX_LEAD].casefold())
    if not words:
        return False
    repeats = len(word) >= _MIN_STEM and any(each.startswith(word[:_MIN_STEM]) for each in words)
    is_verb = len(words) > 1 and words[1] in _DETERMINERS and words[0] not in _DETERMINERS
    describes = (
        is_verb
        or patterns.MODAL_INSIDE.search(description) is not None
        or _THING.match(description.strip()) is not None
    )
    if word in STATES and _HAPPENS.search(description):
        return True
    in_third_person = is_verb and words[0].endswith("s")
    return repeats or (word in FEATURE_NAMES and (in_third_person if word in LATER else describes))


def says_out_of_scope(sentence: str, section: Section | None = None) -> bool:
    """Return whether a sentence declares something out of scope: "Payments are out of scope.". A criterion such as "A
    phone number is not required" speaks of what is built."""
    lead, colon, rest = sentence.replace("’", "'").partition(":")
    if colon and _is_name(lead, rest):
        lead = ""
    return (
        (bool(colon) and label_section(lead) is Section.EXCLUDED)
        or _OUT_OF_SCOPE.search(sentence.replace("-", " ")) is not None
        or any(map(_WE_WILL_NOT.match, (lead, rest.lstrip())))
        or (section is not Section.CRITERIA and any(map(refuses, (lead, rest.strip()) if rest else (sentence,))))
    )
