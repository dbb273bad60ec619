"""Texts that are nothing but the title of a section."""

# ruff: noqa: E501, SIM905 - words of many languages, in long lists
from __future__ import annotations

from crew.reading.scope_remarks import MAX_REMARK, is_ruled_out, scope_tokens
from crew.reading.scope_words import FILLER, LATER, NEGATIONS, RULED_OUT, SUBJECTS, WEAK_NEGATIONS
from crew.reading.section_headings import section_of
from crew.reading.section_phrases import AMBIGUOUS, SPACELESS, WHOLE, split_joined, without_mark, words_of
from crew.reading.sections import Section

_TITLE_WORDS = (
    NEGATIONS | WEAK_NEGATIONS | RULED_OUT | LATER | FILLER | SUBJECTS
    | {word for phrase in WHOLE for word in phrase.split()}
    | frozenset(["following", "these", "those", "points", "items", "list", "below", "here", "folgende", "folgenden", "punkte"])
)  # fmt: skip
_SPEAKERS = frozenset("we i it you wir ich es nous je il noi io wij ik мы я".split())
_SENTENCE_WORDS = frozenset(
    "can may must shall could might if when whenever unless until before kann können darf muss müssen soll wenn falls bevor peut peuvent doit quand "
    "puede pueden debe cuando può possono deve quando kan kunnen mag moet wanneer może mogą gdy jeśli может могут если".split()
)


def is_section_title(text: str) -> bool:
    """Return whether a text is nothing but the title of a section, and no name of a feature."""
    words = words_of(text)
    if len(words) > MAX_REMARK or text.rstrip().endswith((".", ";", ",", "。")):
        return False
    if section_of(text, Section.REQUIREMENTS) is Section.EXCLUDED:
        return words in WHOLE or not _reads_as_sentence(words)
    return words not in AMBIGUOUS and (words in WHOLE or _is_bare(words))


def _reads_as_sentence(words: str) -> bool:
    """Return whether words that rule something out say more than that: "We don't want ads", "Hide it if not needed"."""
    first, *others = words.split()
    if first in _SPEAKERS:
        return not is_ruled_out(words)
    return first not in SUBJECTS and not _SENTENCE_WORDS.isdisjoint(others)


def is_bare_title(text: str) -> bool:
    """Return whether a text consists of words that name sections, and nothing else: "Features (not in this release)"."""
    text = without_mark(text)
    words = words_of(text)
    return _is_bare(words) or _TITLE_WORDS.issuperset(scope_tokens(words))


def _is_bare(words: str) -> bool:
    parts = split_joined(words)
    return bool(parts) and all(map(_consists_of_phrases, parts))


def _consists_of_phrases(part: str) -> bool:
    """Return whether words are phrases that name sections, one after the other: "functional requirements"."""
    between = "" if SPACELESS.search(part) else " "
    words = part.split() if between else list(part)
    at = 0
    while at < len(words):
        ends = (end for end in range(len(words), at, -1) if between.join(words[at:end]) in WHOLE)
        if (end := next(ends, None)) is None:
            return False
        at = end
    return True
