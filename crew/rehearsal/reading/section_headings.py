"""Which kind of section a heading, or a remark, names."""

# ruff: noqa: E501, RUF001 - words of many languages, in long lists
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from crew.rehearsal.reading.sections import PHRASES, Section

# If two kinds match, the earlier wins: "Features that are out of scope" is not a list of features. The last word decides,
# though: "Risk management features" are features.
_PRECEDENCE = (
    Section.EXCLUDED,
    Section.CONTENTS,
    Section.QUESTIONS,
    Section.QUALITY,
    Section.CRITERIA,
    Section.RISKS,
    Section.LINKS,
    Section.CONTEXT,
    Section.REQUIREMENTS,
    Section.GOALS,
)
_NUMBERING = re.compile(r"^(?:(?:section|chapter|part|kapitel|chapitre|capítulo)\s+)?(?:\d+(?:\.\d+)+\.?(?=\s)|[\divxlc]{1,5}[.)]|\d+(?=\s)|[a-z][.)]|第?[一二三四五六七八九十\d]+[、.章节]|[§#])\s*", re.I)  # fmt: skip
_JOINED = re.compile(r"\s*(?:[/,+&|:()\[\]–—]|\s-\s|\b(?:and|or|und|oder|et|ou|y|o|e|en|och|og|i|и)\b|与|和|及|と)\s*")  # fmt: skip
_NOT_WORDS = re.compile(r"[^\w\s'+&/,|:()\[\]–—]|_")
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _split_phrases(phrases: str) -> tuple[frozenset[str], tuple[str, ...]]:
    found = [" ".join(each.split()).replace("-", " ") for each in phrases.split(";")]
    return frozenset(each.lstrip("*") for each in found), tuple(each[1:] for each in found if each.startswith("*"))


_BY_SECTION = {section: _split_phrases(phrases) for section, phrases in PHRASES.items()}
# Phrases that match inside a longer heading: by words, except in scripts without spaces between words.
_INSIDE = [(each, section) for section in _PRECEDENCE for each in _BY_SECTION[section][1]]
_BY_WORDS = {each: section for each, section in reversed(_INSIDE) if not _SPACELESS.search(each)}
_BY_LETTERS = [(each, section) for each, section in _INSIDE if _SPACELESS.search(each)]
_MAX_WORDS = max(len(each.split()) for each in _BY_WORDS)
_ENDS_WITH_REQUIREMENTS = re.compile(
    r"\b(?:requirements|features|functions|functionality|user stories|use cases|anforderungen|funktionen)$"
)
_REMARK = re.compile(r"[(\[]([^()\[\]]+)[)\]]$")
_MAX_HEADING = 120


@lru_cache(maxsize=1024)
def section_of(heading: str) -> Section | None:
    """Return the kind of section that a heading names, or None if it names none, or two that contradict each other."""
    if len(heading) > _MAX_HEADING:
        return None
    words = unicodedata.normalize("NFKC", heading).casefold().replace("’", "'").replace("-", " ").replace("‑", " ")
    words = " ".join(_NOT_WORDS.sub(" ", _NUMBERING.sub("", words.strip())).split())
    whole = words.strip(" :")
    if (exact := _exact_match(whole)) is not None:
        return exact
    if (remark := _REMARK.search(whole)) and section_of(remark[1]) is Section.EXCLUDED:
        return Section.EXCLUDED
    parts = [found for part in _JOINED.split(words) if part for found in [_exact_match(part)] if found is not None]
    inside = _phrases_inside(whole)
    excluded = Section.EXCLUDED in inside
    if parts and excluded and any(part is not Section.EXCLUDED for part in parts):
        return None  # "Goals and non-goals": its content must tell which is which
    if excluded:
        return Section.EXCLUDED
    if _ENDS_WITH_REQUIREMENTS.search(whole) and Section.QUALITY not in inside:
        return Section.REQUIREMENTS
    if parts:
        return min(parts, key=_PRECEDENCE.index)
    return min(inside, key=_PRECEDENCE.index, default=None)


def _phrases_inside(heading: str) -> set[Section]:
    """Return the kinds of section whose phrases occur inside a heading."""
    words = re.split(r"[^\w']+", heading)
    found = {
        _BY_WORDS[phrase]
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + _MAX_WORDS) + 1)
        for phrase in [" ".join(words[start:end])]
        if phrase in _BY_WORDS
    }
    if _SPACELESS.search(heading):
        found |= {section for phrase, section in _BY_LETTERS if phrase in heading}
    return found


def is_exclusion(words: str) -> bool:
    """Return whether a few words, such as a table cell or a remark in brackets, mean out of scope."""
    return section_of(words) is Section.EXCLUDED


_OUT_OF_SCOPE = re.compile(
    r"\b(?:out of scope|not in scope|(?:outside|beyond) (?:of )?(?:the )?scope|not part of (?:this|the)|nicht im (?:umfang|scope)"
    r"|nicht teil (?:des|der|dieses)|hors (?:du )?périmètre|fuera de(?:l)? alcance|fora do escopo|fuori (?:ambito|dall'ambito)|buiten (?:de )?scope"
    r"|poza zakresem|вне рамок|не входит в)\b|不在范围|範囲外|対象外|スコープ外|범위 밖|범위 외",
    re.IGNORECASE,
)


def says_out_of_scope(sentence: str) -> bool:
    """Return whether a sentence declares something out of scope: "Payments are out of scope."."""
    lead, colon, _ = sentence.partition(":")
    return (bool(colon) and is_exclusion(lead)) or _OUT_OF_SCOPE.search(sentence.replace("-", " ")) is not None


def _exact_match(words: str) -> Section | None:
    return next((section for section in _PRECEDENCE if words in _BY_SECTION[section][0]), None)
