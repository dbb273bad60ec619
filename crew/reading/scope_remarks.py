"""Remarks that something is ruled out or comes later, and labels that say what an item is."""

from __future__ import annotations

import re
import unicodedata

from crew.reading.scope_words import FILLER, LATER, NEGATIONS, NUMBERS, RULED_OUT, VERSIONS
from crew.reading.section_phrases import WHOLE, words_of
from crew.reading.sections import ITEM_LABELS, Section

MAX_REMARK = 60

_LATER_VERSION = re.compile(rf"\b(?:{VERSIONS}) ?(?:{NUMBERS})\b|\b(?:{NUMBERS}) (?:{VERSIONS})\b")
_LABEL_NUMBER = re.compile(r"(?<=[^\W\d_]{3})[ _-]?\d{1,4}$")
"""Of a label of at least three letters: W1 is the name of a requirement."""
_EMPTY_VALUES = frozenset(
    ["none", "nothing", "never", "keine", "keiner", "nichts", "nie", "aucun", "aucune", "nada", "geen"]
)
"""Of a cell, such as one below "Preconditions": nothing is ruled out."""
_ITEM_LABELS = {
    " ".join(each.split()): section for section, labels in ITEM_LABELS.items() for each in labels.split(";")
}


def later_versions(words: str) -> str:
    """Return words with `v2` for "version 2", "the third phase" and the like, unless they speak of version 1, too."""
    return words if re.search(r"\bv ?1\b", words) else _LATER_VERSION.sub("v2", words)


def scope_tokens(words: str) -> list[str]:
    """Return the words of a text in lower case, without numbers, and with `v2` for later versions."""
    return [token for token in re.split(r"[^\w']+", later_versions(words)) if token and not token.isdigit()]


def is_ruled_out(words: str) -> bool:
    """Return whether words say that something is ruled out, and nothing else: "not in version 1", "moved to v2"."""
    tokens = scope_tokens(words)
    turns = NEGATIONS | RULED_OUT | LATER | {"non"}
    return any(token in turns for token in tokens) and all(token in turns or token in FILLER for token in tokens)


def is_exclusion_remark(words: str) -> bool:
    """Return whether words are only a remark that something is out of scope: "not in v1", "moved to v2"."""
    if len(words) > MAX_REMARK:
        return False
    plain = words_of(words).strip(" :")
    return bool(plain) and plain not in _EMPTY_VALUES and (WHOLE.get(plain) is Section.EXCLUDED or is_ruled_out(plain))


def label_section(label: str) -> Section | None:
    """Return the kind of a single item that a label before it names: "Risk", "RISK-2", "Assumption", "Won't have"."""
    words = words_of(unicodedata.normalize("NFKC", label))
    words = _LABEL_NUMBER.sub("", words)
    if words in _ITEM_LABELS:
        return _ITEM_LABELS[words]
    return Section.EXCLUDED if is_exclusion_remark(label) else None
