"""The phrases that name sections, ready to be found in the words of a heading."""

# ruff: noqa: E501, RUF001 - words of many languages, in long patterns
from __future__ import annotations

import re
import unicodedata

from crew.reading.scope_words import CROSSES
from crew.reading.sections import PHRASES, Section

# If two kinds match, the earlier wins: "Features that are out of scope" is not a list of features. The last word decides,
# though: "Risk management features" are features.
PRECEDENCE = (
    Section.EXCLUDED,
    Section.CONTENTS,
    Section.QUESTIONS,
    Section.QUALITY,
    Section.CRITERIA,
    Section.RISKS,
    Section.LINKS,
    Section.CONTEXT,
    Section.OPTIONAL,
    Section.REQUIREMENTS,
    Section.GOALS,
)
_NUMBERING = re.compile(r"^(?:(?:section|chapter|part|kapitel|chapitre|capítulo)\s+)?(?:\d+(?:\.\d+)+\.?(?=\s)|[\divxlc]{1,5}[.)]|\d+(?=\s)|[a-z][.)]|第?[一二三四五六七八九十\d]+[、.章节]|[§#])\s*", re.I)  # fmt: skip
_MARKS = re.compile(r"^[^\w\s(\[#§" + CROSSES + r"]+\s+")
_JOINED = re.compile(r" ?(?:[/,+&|:()\[\]–—]|\b(?:and|or|und|oder|et|ou|y|o|e|en|och|og|i|и)\b|与|和|及|と) ?")  # fmt: skip
_NOT_WORDS = re.compile(r"[^\w\s'+&/,|:()\[\]–—]|_")
SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _split_phrases(phrases: str) -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    found = [" ".join(each.split()).replace("-", " ") for each in phrases.split(";")]
    return (
        frozenset(each.lstrip("*~") for each in found),
        tuple(each[1:] for each in found if each.startswith("*")),
        frozenset(each[1:] for each in found if each.startswith("~")),
    )


BY_SECTION = {section: _split_phrases(phrases) for section, phrases in PHRASES.items()}
WHOLE = {each: section for section in reversed(PRECEDENCE) for each in BY_SECTION[section][0]}
AMBIGUOUS = frozenset().union(*(ambiguous for _, _, ambiguous in BY_SECTION.values()))
# Phrases that match inside a longer heading: by words, or in scripts without spaces between words, at its start or end.
_INSIDE = [(each, section) for section in PRECEDENCE for each in BY_SECTION[section][1]]
BY_WORDS = {each: section for each, section in reversed(_INSIDE) if not SPACELESS.search(each)}
BY_LETTERS = [(each, section) for each, section in _INSIDE if SPACELESS.search(each)]
MAX_WORDS = max(len(each.split()) for each in BY_WORDS)


def without_mark(heading: str) -> str:
    """Return a heading without its number, its emoji or the like; a cross stays, since it rules out."""
    return _NUMBERING.sub("", _MARKS.sub("", unicodedata.normalize("NFKC", heading).strip()))


def words_of(text: str) -> str:
    """Return the words of a text in lower case, with the marks that join the parts of a heading: "goals & scope"."""
    text = text.casefold().replace("’", "'").replace("-", " ").replace("\u2011", " ")
    return " ".join(_NOT_WORDS.sub(" ", text).split())


def split_joined(words: str) -> list[str]:
    """Return the parts of a heading that "and", "&", "/" or the like join."""
    return [part for part in _JOINED.split(words) if part]
