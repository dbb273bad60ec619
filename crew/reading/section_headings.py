"""Which kind of section a heading, or a remark, names."""

# ruff: noqa: E501, RUF001, SIM905 - words of many languages, in long lists
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from crew.reading.scope_words import (
    CROSSES,
    FILLER,
    LATER,
    LEADING_NEGATIONS,
    NEGATIONS,
    NUMBERS,
    RULED_OUT,
    SUBJECTS,
    VERSIONS,
    WEAK_NEGATIONS,
)
from crew.reading.sections import ITEM_LABELS, PHRASES, Section
from crew.reading.sentences import states_requirement

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
    Section.OPTIONAL,
    Section.REQUIREMENTS,
    Section.GOALS,
)
_NUMBERING = re.compile(r"^(?:(?:section|chapter|part|kapitel|chapitre|capítulo)\s+)?(?:\d+(?:\.\d+)+\.?(?=\s)|[\divxlc]{1,5}[.)]|\d+(?=\s)|[a-z][.)]|第?[一二三四五六七八九十\d]+[、.章节]|[§#])\s*", re.I)  # fmt: skip
_MARKS = re.compile(r"^[^\w\s(\[#§" + CROSSES + r"]+\s+")
_JOINED = re.compile(r" ?(?:[/,+&|:()\[\]–—]|\b(?:and|or|und|oder|et|ou|y|o|e|en|och|og|i|и)\b|与|和|及|と) ?")  # fmt: skip
_NOT_WORDS = re.compile(r"[^\w\s'+&/,|:()\[\]–—]|_")
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _split_phrases(phrases: str) -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    found = [" ".join(each.split()).replace("-", " ") for each in phrases.split(";")]
    return (
        frozenset(each.lstrip("*~") for each in found),
        tuple(each[1:] for each in found if each.startswith("*")),
        frozenset(each[1:] for each in found if each.startswith("~")),
    )


_BY_SECTION = {section: _split_phrases(phrases) for section, phrases in PHRASES.items()}
_WHOLE = {each: section for section in reversed(_PRECEDENCE) for each in _BY_SECTION[section][0]}
_AMBIGUOUS = frozenset().union(*(ambiguous for _, _, ambiguous in _BY_SECTION.values()))
# Phrases that match inside a longer heading: by words, or in scripts without spaces between words, at its start or end.
_INSIDE = [(each, section) for section in _PRECEDENCE for each in _BY_SECTION[section][1]]
_BY_WORDS = {each: section for each, section in reversed(_INSIDE) if not _SPACELESS.search(each)}
_BY_LETTERS = [(each, section) for each, section in _INSIDE if _SPACELESS.search(each)]
_MAX_WORDS = max(len(each.split()) for each in _BY_WORDS)
_ASKING_WORDS = frozenset(
    each
    for section in (Section.REQUIREMENTS, Section.OPTIONAL, Section.GOALS)
    for each in _BY_SECTION[section][0]
    if " " not in each and len(each) > 3 and not states_requirement(each)
)
_OPTIONS = frozenset(
    "possibility possibilities considerations enhancements improvements extensions opportunities directions option options idea ideas alternative alternatives proposal proposals suggestion suggestions point points optionen ideen alternativen vorschläge punkte idées propositions "
    "opciones alternativas propuestas opções propostas opzioni idee proposte opties ideeën voorstellen opcje pomysły идеи предложения варианты".split()
)
"""What a heading may say is ruled out, outside of a list of features."""
_TITLE_WORDS = (
    NEGATIONS | WEAK_NEGATIONS | RULED_OUT | LATER | FILLER | SUBJECTS
    | {word for phrase in _WHOLE for word in phrase.split()}
    | frozenset(["following", "these", "those", "points", "items", "list", "below", "here", "folgende", "folgenden", "punkte"])
)  # fmt: skip
_ENDS_WITH_REQUIREMENTS = re.compile(
    r"\b(?:requirements|features|functions|functionality|user stories|use cases|anforderungen|funktionen)$"
)
_REMARK = re.compile(r"[(\[]([^()\[\]]+)[)\]]$")
_LATER_VERSION = re.compile(rf"\b(?:{VERSIONS}) ?(?:{NUMBERS})\b|\b(?:{NUMBERS}) (?:{VERSIONS})\b")
_NOT_IN_SPACELESS = re.compile(
    r"(?:不(?![能得可应應])|未|ない|않|없).{0,12}(?:功能|范围|範圍|需求|目标|目標|内容|项目|項目|機能|要件|スコープ|もの|こと|事項|기능|것|범위|요구사항|목표)$"
)
_OBJECT = re.compile(r"(?<!今回)(?<!時点で)は|を|が")
"""What is not done, in a sentence: "passwords are not stored"."""
_STORY = re.compile(r"as an? |als |en tant que |como |come ")
_SPEAKERS = frozenset("we i it you wir ich es nous je il noi io wij ik мы я".split())
_SENTENCE_WORDS = frozenset(
    "can may must shall could might if when whenever unless until before kann können darf muss müssen soll wenn falls bevor peut peuvent doit quand "
    "puede pueden debe cuando può possono deve quando kan kunnen mag moet wanneer może mogą gdy jeśli может могут если".split()
)
_MAX_HEADING = 120


def section_of(heading: str, below: Section | None = None) -> Section | None:
    """Return the kind of section that a heading names, or None if it names none, or two that contradict each other.

    `below` is the section around it: the groups of a list of features may be called "Backlog", "Questions" or "Users".
    """
    if len(heading) > _MAX_HEADING:
        return None
    return _lookup(heading, below is not None and below.is_requested)


@lru_cache(maxsize=2048)
def _lookup(heading: str, among_requirements: bool) -> Section | None:
    heading = _NUMBERING.sub("", _MARKS.sub("", unicodedata.normalize("NFKC", heading).strip()))
    if heading[:1] in CROSSES and heading:
        return Section.EXCLUDED
    words = heading.casefold().replace("’", "'").replace("-", " ").replace("\u2011", " ")
    words = " ".join(_NOT_WORDS.sub(" ", words).split())
    whole = words.strip(" :")
    if whole in _WHOLE:
        return None if among_requirements and whole in _AMBIGUOUS else _WHOLE[whole]
    if (remark := _REMARK.search(whole)) and is_exclusion(remark[1]):
        return Section.EXCLUDED
    if _is_ruled_out(whole) or _WHOLE.get(re.split(r" ?[:–—] ?", whole)[-1]) is Section.EXCLUDED:
        return Section.EXCLUDED
    if _is_statement(whole):
        return None
    inside = _phrases_inside(whole, among_requirements)
    parts = _parts(words, among_requirements)
    excluded = Section.EXCLUDED in inside or Section.EXCLUDED in parts
    if excluded and any(part.is_requested or part is Section.GOALS for part in parts):
        return None  # "Goals and non-goals": its content must tell which is which
    if excluded or (Section.QUALITY not in inside and _rules_out_requirements(whole, among_requirements)):
        return Section.EXCLUDED
    if _ENDS_WITH_REQUIREMENTS.search(whole) and inside.isdisjoint((Section.QUALITY, Section.OPTIONAL)):
        return Section.REQUIREMENTS
    return min(parts or inside, key=_PRECEDENCE.index, default=None)


def _parts(words: str, among_requirements: bool) -> list[Section]:
    """Return the sections that the parts of a heading name: "Goals & scope"."""
    parts = [part for part in _JOINED.split(words) if part]
    found = [_WHOLE[part] for part in parts if part in _WHOLE and not (among_requirements and part in _AMBIGUOUS)]
    return [] if among_requirements and len(found) < len(parts) else found


def _phrases_inside(heading: str, among_requirements: bool) -> set[Section]:
    """Return the kinds of section whose phrases occur inside a heading; among requirements, only those kinds that no
    feature is named after."""
    words = re.split(r"[^\w']+", heading)
    found = {
        _BY_WORDS[phrase]
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + _MAX_WORDS) + 1)
        for phrase in [" ".join(words[start:end])]
        if phrase in _BY_WORDS
    }
    if among_requirements:
        return {section for section in found if section.is_requested or section is Section.EXCLUDED}
    if _SPACELESS.search(heading):
        found |= {section for phrase, section in _BY_LETTERS if heading.startswith(phrase) or heading.endswith(phrase)}
    return found


def later_versions(words: str) -> str:
    """Return words with `v2` for "version 2", "the third phase" and the like, unless they speak of version 1, too."""
    return words if re.search(r"\bv ?1\b", words) else _LATER_VERSION.sub("v2", words)


def scope_tokens(words: str) -> list[str]:
    """Return the words of a text in lower case, without numbers, and with `v2` for later versions."""
    return [token for token in re.split(r"[^\w']+", later_versions(words)) if token and not token.isdigit()]


def _is_ruled_out(words: str) -> bool:
    """Return whether words say that something is ruled out, and nothing else: "not in version 1", "moved to v2"."""
    tokens = scope_tokens(words)
    turns = NEGATIONS | RULED_OUT | LATER | {"non"}
    return any(token in turns for token in tokens) and all(token in turns or token in FILLER for token in tokens)


def _rules_out_requirements(words: str, among_requirements: bool) -> bool:
    """Return whether a heading says of requirements that they are ruled out or come later."""
    if _NOT_IN_SPACELESS.search(words):
        return _OBJECT.search(words) is None
    tokens = scope_tokens(words)
    if tokens and tokens[0] in LEADING_NEGATIONS and not among_requirements:
        return True
    if tokens[:1] and tokens[0] in SUBJECTS and any(token in NEGATIONS or token in WEAK_NEGATIONS for token in tokens):
        return True
    turned = any(token in NEGATIONS or token in RULED_OUT or token in LATER for token in tokens)
    asks = any(token in _ASKING_WORDS or token in ("version", "release", "mvp") for token in tokens)
    asks = asks or (not among_requirements and not _OPTIONS.isdisjoint(tokens))
    return turned and (asks or (bool(tokens) and tokens[0] in SUBJECTS))


def _is_statement(words: str) -> bool:
    """Return whether a heading states a requirement itself: "The system shall export bookings"."""
    if _STORY.match(words):
        return True
    first, _, rest = words.partition(" ")
    long = len(words.split()) >= _MIN_STATEMENT_WORDS and first not in SUBJECTS and first not in _ASKING_WORDS
    return long and not states_requirement(first) and states_requirement(rest)


def is_section_title(text: str) -> bool:
    """Return whether a text is nothing but the title of a section, and no name of a feature."""
    words = " ".join(_NOT_WORDS.sub(" ", text.casefold().replace("’", "'").replace("-", " ")).split())
    if len(words) > _MAX_REMARK or text.rstrip().endswith((".", ";", ",", "。")):
        return False
    if section_of(text, Section.REQUIREMENTS) is Section.EXCLUDED:
        return words in _WHOLE or not _reads_as_sentence(words)
    return words not in _AMBIGUOUS and (words in _WHOLE or _is_bare(words))


def _reads_as_sentence(words: str) -> bool:
    """Return whether words that rule something out say more than that: "We don't want ads", "Hide it if not needed"."""
    first, *others = words.split()
    if first in _SPEAKERS:
        return not _is_ruled_out(words)
    return first not in SUBJECTS and not _SENTENCE_WORDS.isdisjoint(others)


def is_bare_title(text: str) -> bool:
    """Return whether a text consists of words that name sections, and nothing else: "Features (not in this release)"."""
    text = _NUMBERING.sub("", _MARKS.sub("", unicodedata.normalize("NFKC", text).strip()))
    words = " ".join(_NOT_WORDS.sub(" ", text.casefold().replace("’", "'").replace("-", " ")).split())
    return _is_bare(words) or _TITLE_WORDS.issuperset(scope_tokens(words))


def _is_bare(words: str) -> bool:
    parts = [part for part in _JOINED.split(words) if part]
    return bool(parts) and all(map(_consists_of_phrases, parts))


def _consists_of_phrases(part: str) -> bool:
    """Return whether words are phrases that name sections, one after the other: "functional requirements"."""
    between = "" if _SPACELESS.search(part) else " "
    words = part.split() if between else list(part)
    at = 0
    while at < len(words):
        ends = (end for end in range(len(words), at, -1) if between.join(words[at:end]) in _WHOLE)
        if (end := next(ends, None)) is None:
            return False
        at = end
    return True


def is_exclusion(words: str) -> bool:
    """Return whether a few words, such as a table cell or a remark in brackets, mean out of scope."""
    return is_exclusion_remark(words) or section_of(words, Section.REQUIREMENTS) is Section.EXCLUDED


def is_exclusion_remark(words: str) -> bool:
    """Return whether words are only a remark that something is out of scope: "not in v1", "moved to v2"."""
    if len(words) > _MAX_REMARK:
        return False
    plain = " ".join(_NOT_WORDS.sub(" ", words.casefold().replace("’", "'").replace("-", " ")).split()).strip(" :")
    return (
        bool(plain) and plain not in _EMPTY_VALUES and (_WHOLE.get(plain) is Section.EXCLUDED or _is_ruled_out(plain))
    )


def label_section(label: str) -> Section | None:
    """Return the kind of a single item that a label before it names: "Risk", "RISK-2", "Assumption", "Won't have"."""
    words = " ".join(_NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", label).casefold().replace("’", "'")).split())
    words = _LABEL_NUMBER.sub("", words)
    if words in _ITEM_LABELS:
        return _ITEM_LABELS[words]
    return Section.EXCLUDED if is_exclusion_remark(label) else None


_LABEL_NUMBER = re.compile(r"(?<=[^\W\d_]{3})[ _-]?\d{1,4}$")
"""Of a label of at least three letters: W1 is the name of a requirement."""
_EMPTY_VALUES = frozenset(
    ["none", "nothing", "never", "keine", "keiner", "nichts", "nie", "aucun", "aucune", "nada", "geen"]
)
"""Of a cell, such as one below "Preconditions": nothing is ruled out."""
_MAX_REMARK = 60
_MIN_STATEMENT_WORDS = 4
_ITEM_LABELS = {
    " ".join(each.split()): section for section, labels in ITEM_LABELS.items() for each in labels.split(";")
}
