"""Sentences, and clauses of them, that declare something out of scope: "Payments are out of scope."."""

# ruff: noqa: E501, RUF001, SIM905 - words of many languages, in long patterns
from __future__ import annotations

import re

from crew.reading.feature_names import is_feature_name
from crew.reading.refusals import refuses
from crew.reading.scope_remarks import is_exclusion_remark, label_section, scope_tokens
from crew.reading.scope_words import FILLER, LATER
from crew.reading.sections import Section

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
_CLAUSE = re.compile(r"( ?; |；|,? (?:but|aber|jedoch|mais|pero|mas|ma|maar|ale|но) |，?但是?| [–—] )")
_MEANS_THE_REST = frozenset(
    "it this that they these those them both all everything which das dies diese dieser sie beides alles cela ceci ça tout esto eso todo isso isto tudo questo questa "
    "tutto dit deze to это они".split()
)
"""Words for what the clauses before speak of."""
_MAX_CLAUSES = 20


def says_out_of_scope(sentence: str, section: Section | None = None) -> bool:
    """Return whether a sentence declares something out of scope: "Payments are out of scope.". A criterion such as "A
    phone number is not required" speaks of what is built."""
    sentence, _ = split_clauses(sentence)
    if any(map(_refuses_the_rest, _CLAUSE.split(sentence, maxsplit=_MAX_CLAUSES)[2::2])):
        return True
    lead, colon, rest = sentence.replace("’", "'").partition(":")
    if colon and is_feature_name(lead, rest):
        lead = ""
    return (
        (bool(colon) and label_section(lead) is Section.EXCLUDED)
        or _OUT_OF_SCOPE.search(sentence.replace("-", " ")) is not None
        or any(map(_WE_WILL_NOT.match, (lead, rest.lstrip())))
        or (section is not Section.CRITERIA and any(map(refuses, (lead, rest.strip()) if rest else (sentence,))))
    )


def split_clauses(sentence: str) -> tuple[str, list[str]]:
    """Return a sentence without the clauses after its first that rule out a thing of their own, and these clauses:
    "Payments by card; vouchers are out of scope". What they say of the whole, such as "; not in v1", stays."""
    first, *others = _CLAUSE.split(sentence, maxsplit=_MAX_CLAUSES)
    kept, ruled_out = first, []
    for joint, clause in zip(others[::2], others[1::2], strict=True):
        if _rules_out_its_own(clause):
            ruled_out.append(clause)
        else:
            kept += joint + clause
    return (kept, ruled_out) if first.strip() else (sentence, [])


def _rules_out_its_own(clause: str) -> bool:
    text = clause.replace("’", "'").replace("-", " ").strip(" .")
    if is_exclusion_remark(text):
        return False
    if found := _WE_WILL_NOT.match(text):
        return _names_a_thing(text[found.end() :])
    if found := _OUT_OF_SCOPE.search(text):
        before, after = text[: found.start()], text[found.end() :]
        return _names_a_thing(before or after if after.startswith(":") else before)
    return _names_a_thing(text) and not LATER.isdisjoint(scope_tokens(text.casefold())) and refuses(text)


def _refuses_the_rest(clause: str) -> bool:
    """Return whether a clause is "we will not build it" or the like."""
    found = _WE_WILL_NOT.match(clause.replace("’", "'"))
    return found is not None and _MEANS_THE_REST.issuperset(
        clause[found.end() :].strip(" .").casefold().split()[:1] or [""]
    )


def _names_a_thing(words: str) -> bool:
    tokens = scope_tokens(words.casefold())
    return not _MEANS_THE_REST.issuperset(tokens[:1]) and not (FILLER | _MEANS_THE_REST).issuperset(tokens)
