"""Splits prose into sentences, and finds those that state a requirement."""

# ruff: noqa: E501, RUF001, SIM905 - words and punctuation of many languages, in long lists
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

# A full stop after one of these does not end a sentence.
_ABBREVIATIONS = frozenset(
    "e.g i.e eg ie etc vs cf approx no nr fig sec ca vol art p pp dr mr mrs ms prof st inc ltd co jr sr dept est min max "
    "a.m p.m am pm u.s u.k z.b d.h u.a o.ä bzw ggf usw evtl inkl zzgl vgl abs ggü str tel dergl sog "
    "p.ex par.ex ex p.ej ej pág núm sra ud uds env resp bijv o.a d.w.z enz np itd itp tzn m.in т.е т.д т.п напр см".split()
)
_STOP = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？])[”’」』）]*\s*")
_LAST_WORD = re.compile(r"([^\s(\[\"'“]{1,40})\.[\"'”’»)\]]{0,5}$")
_MODAL_VERBS = re.compile(
    r"\b(?:must|shall|should|needs? to|ha(?:s|ve) to|is required to|are required to|required"
    r"|muss|müssen|soll|sollen|sollte|sollten|doit|doivent|devra|devront|il faut|debe|deben|deberá|deberán|tiene que|deve|devem|devono"
    r"|dovrà|dovranno|moet|moeten|dient|musi|muszą|powinien|powinna|powinno|måste|skal|ska|skall|må|täytyy|pitää"
    r"|должен|должна|должно|должны|повинен|повинна|повинні|нужно|необходимо)\b"
    r"|必须|必須|应当|应该|(?<![不无無])需要|應|する必要|すること|しなければ|べき|해야|하여야|يجب|ينبغي|חייב|צריך",
    re.IGNORECASE,
)


_STORY = re.compile(
    r"(?:(?:(?:user )?stor(?:y|ies)|description|beschreibung|descripción|descrição|descrizione) ?[:–-] ?)?(?:as an? .{1,80}?\b(?:i|we)(?:'d)? (?:want|need|can|would like|should|wish|like|must)\b|als (?:ein\w* )?.{1,80}? (?:möchte|will|kann|brauche|muss|wil|kan|moet) (?:ich|ik)\b"
    r"|en tant qu.{1,80}?\bje (?:veux|souhaite|peux|voudrais|dois)\b|como .{1,80}? (?:quiero|necesito|puedo|quero|preciso|posso|deseo|gostaria)\b|come .{1,80}? (?:voglio|vorrei|posso|desidero)\b"
    r"|jako .{1,80}? (?:chcę|mogę|potrzebuję|chciał\w+)\b|как .{1,80}? я (?:хочу|могу)\b|作为.{1,30}?(?:希望|想|可以|需要|要)|.{1,30}?として.{1,80}?たい|.{1,30}?(?:으로서|로서|로써).{1,60}?(?:싶|원))",
    re.IGNORECASE,
)
"""A user story."""
_STORY_BEGINS = re.compile(r"(?:as an? |als |en tant qu|como |come |jako |как )", re.IGNORECASE)
_STORY_GOES_ON = re.compile(
    r"(?:i|we|so that|so|in order|ich|möchte|damit|je|afin|quiero|quero|para|voglio|per|wil|ik|zodat|chcę|aby|żeby|я|хочу|чтобы)\b",
    re.IGNORECASE,
)


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text. "e.g.", "6 p.m." and initials do not end one."""
    start = 0
    for stop in _STOP.finditer(text):
        if _continues(text[max(start, stop.start() - 40) : stop.start()], text[stop.end() : stop.end() + 1]):
            continue
        sentence = text[start : stop.start()]
        if sentence.strip():
            yield sentence.strip() + text[stop.start() : stop.end()].strip()
        start = stop.end()
    if text[start:].strip():
        yield text[start:].strip()


def sentences_of_lines(lines: Sequence[str]) -> Iterator[str]:
    """Yield the sentences of a paragraph. A line that is not wrapped ends one, too, if the next begins with a capital."""
    margin = max(map(len, lines), default=0)
    thought: list[str] = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        thought.append(line)
        fits = len(line) + 1 + len(after.split(" ", 1)[0]) <= margin
        goes_on = any(map(_STORY_BEGINS.match, thought[:2])) and _STORY_GOES_ON.match(after) is not None
        is_whole = (
            after[:1].isupper()
            and not goes_on
            and not line.endswith((",", ";", ":"))
            and (fits or margin < _MIN_MARGIN)
        )
        if not after or is_whole:
            yield from sentences(" ".join(thought))
            thought.clear()


def states_requirement(sentence: str) -> bool:
    """Return whether a sentence says what must or should be, or is a user story."""
    return _MODAL_VERBS.search(sentence) is not None or _STORY.match(sentence) is not None


def is_question(sentence: str) -> bool:
    """Return whether a text is a question, or begins with one that is followed by a remark or an answer."""
    first = next(sentences(sentence[:_MAX_QUESTION]), "")
    return sentence.rstrip("\"'”’»)] ").endswith(_QUESTION_MARKS) or first.endswith(_QUESTION_MARKS)


_QUESTION_MARKS = ("?", "\uff1f", "\u061f")
_MAX_QUESTION = 300
_MIN_MARGIN = 60
"""No text is wrapped to shorter lines."""


def _continues(sentence: str, following: str) -> bool:
    word = _LAST_WORD.search(sentence)
    if word is None:
        return False
    last = word[1].lower()
    if following.islower():
        return True
    if last in ("a.m", "p.m", "etc", "usw", "enz", "itd", "т.д", "т.п"):
        return False  # these end a sentence if a capital letter follows
    return (
        last in _ABBREVIATIONS
        or (len(last) == 1 and last.isalpha())
        or (re.fullmatch(r"\d{1,2}", last) is not None and following.isdigit())
    )
