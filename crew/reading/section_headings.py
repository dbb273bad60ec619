"""Which kind of section a heading names."""

# ruff: noqa: E501, RUF001, SIM905 - words of many languages, in long lists
from __future__ import annotations

import re
from functools import lru_cache

from crew.reading.scope_remarks import is_exclusion_remark, is_ruled_out, scope_tokens
from crew.reading.scope_words import CROSSES, LATER, LEADING_NEGATIONS, NEGATIONS, RULED_OUT, SUBJECTS, WEAK_NEGATIONS
from crew.reading.section_phrases import (
    AMBIGUOUS,
    BY_LETTERS,
    BY_SECTION,
    BY_WORDS,
    MAX_WORDS,
    PRECEDENCE,
    SPACELESS,
    WHOLE,
    split_joined,
    without_mark,
    words_of,
)
from crew.reading.sections import Section
from crew.reading.sentences import states_requirement

_ASKING_WORDS = frozenset(
    each
    for section in (Section.REQUIREMENTS, Section.OPTIONAL, Section.GOALS)
    for each in BY_SECTION[section][0]
    if " " not in each and len(each) > 3 and not states_requirement(each)
)
_OPTIONS = frozenset(
    "possibility possibilities considerations enhancements improvements extensions opportunities directions option options idea ideas alternative alternatives proposal proposals suggestion suggestions point points optionen ideen alternativen vorschläge punkte idées propositions "
    "opciones alternativas propuestas opções propostas opzioni idee proposte opties ideeën voorstellen opcje pomysły идеи предложения варианты".split()
)
"""What a heading may say is ruled out, outside of a list of features."""
_ENDS_WITH_REQUIREMENTS = re.compile(
    r"\b(?:requirements|features|functions|functionality|user stories|use cases|anforderungen|funktionen)$"
)
_REMARK = re.compile(r"[(\[]([^()\[\]]+)[)\]]$")
_NOT_IN_SPACELESS = re.compile(
    r"(?:不(?![能得可应應])|未|ない|않|없).{0,12}(?:功能|范围|範圍|需求|目标|目標|内容|项目|項目|機能|要件|スコープ|もの|こと|事項|기능|것|범위|요구사항|목표)$"
)
_OBJECT = re.compile(r"(?<!今回)(?<!時点で)は|を|が")
"""What is not done, in a sentence: "passwords are not stored"."""
_STORY = re.compile(r"as an? |als |en tant que |como |come ")
_MAX_HEADING = 120
_MIN_STATEMENT_WORDS = 4


def section_of(heading: str, below: Section | None = None) -> Section | None:
    """Return the kind of section that a heading names, or None if it names none, or two that contradict each other.

    `below` is the section around it: the groups of a list of features may be called "Backlog", "Questions" or "Users".
    """
    if len(heading) > _MAX_HEADING:
        return None
    return _lookup(heading, below is not None and below.is_requested)


@lru_cache(maxsize=2048)
def _lookup(heading: str, among_requirements: bool) -> Section | None:
    heading = without_mark(heading)
    if heading[:1] in CROSSES and heading:
        return Section.EXCLUDED
    words = words_of(heading)
    whole = words.strip(" :")
    if whole in WHOLE:
        return None if among_requirements and whole in AMBIGUOUS else WHOLE[whole]
    if (remark := _REMARK.search(whole)) and is_exclusion(remark[1]):
        return Section.EXCLUDED
    if is_ruled_out(whole) or WHOLE.get(re.split(r" ?[:–—] ?", whole)[-1]) is Section.EXCLUDED:
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
    return min(parts or inside, key=PRECEDENCE.index, default=None)


def _parts(words: str, among_requirements: bool) -> list[Section]:
    """Return the sections that the parts of a heading name: "Goals & scope"."""
    parts = split_joined(words)
    found = [WHOLE[part] for part in parts if part in WHOLE and not (among_requirements and part in AMBIGUOUS)]
    return [] if among_requirements and len(found) < len(parts) else found


def _phrases_inside(heading: str, among_requirements: bool) -> set[Section]:
    """Return the kinds of section whose phrases occur inside a heading; among requirements, only those kinds that no
    feature is named after."""
    words = re.split(r"[^\w']+", heading)
    found = {
        BY_WORDS[phrase]
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + MAX_WORDS) + 1)
        for phrase in [" ".join(words[start:end])]
        if phrase in BY_WORDS
    }
    if among_requirements:
        return {section for section in found if section.is_requested or section is Section.EXCLUDED}
    if SPACELESS.search(heading):
        found |= {section for phrase, section in BY_LETTERS if heading.startswith(phrase) or heading.endswith(phrase)}
    return found


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


def is_exclusion(words: str) -> bool:
    """Return whether a few words, such as a table cell or a remark in brackets, mean out of scope."""
    return is_exclusion_remark(words) or section_of(words, Section.REQUIREMENTS) is Section.EXCLUDED
