"""Characters that hide in a text: code points that the page and the terminal show rather than obey."""

from __future__ import annotations

import re

CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
DECEPTIVE = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
"""Those that change the direction of the text after them (CVE-2021-42574), and tag characters, which are invisible to
people and read by models."""

_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    r"|(?<![\u0600-\uabff])[\u200c\u200d]"
)
"""What two names may differ by although they look the same: controls, marks of direction, fillers, variation selectors
(Unicode's Default_Ignorable_Code_Point). Joiners are letters' neighbours in the scripts of Asia, and nowhere else."""


def find_unseen(name: str) -> str | None:
    """Return the first character that nobody sees in a name, or None."""
    found = _UNSEEN.search(name)
    return found[0] if found else None


def without_unseen(name: str) -> str:
    """Return a name without the characters that nobody sees."""
    return _UNSEEN.sub("", name)
