"""Names of features that read like words that rule something out: "Skip: jumps to the next track"."""

# ruff: noqa: E501, SIM905 - words of many languages, in long lists
from __future__ import annotations

import re

from crew.reading import patterns
from crew.reading.scope_words import FEATURE_NAMES, LATER, STATES

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
_MAX_DESCRIPTION = 120


def is_feature_name(name: str, description: str) -> bool:
    """Return whether words that may rule out what follows are the name of a feature that it describes: "Skip: jumps to
    the next track", "Later: saves a track for later"."""
    if len(name.split()) != 1:
        return False
    if name.startswith("/"):
        return True  # a command
    word = name.casefold().strip()
    words = re.findall(r"\w+", description[:_MAX_DESCRIPTION].casefold())
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
