"""Different spellings of a name that a search must treat as equal."""

from __future__ import annotations

ALIKE = (
    # spellings of one name, and search words that find each of them
    (("Caf\u00e9", "Cafe\u0301"), ("caf\u00e9", "CAFE\u0301")),
    (
        ("\u0130stanbul", "I\u0307stanbul", "istanbul", "\u0131stanbul", "ISTANBUL"),
        ("\u0130STAN", "i\u0307stan", "Istan", "\u0131stan"),
    ),
    (("Stra\u00dfe", "STRASSE", "STRA\u1e9eE"), ("stra\u00dfe", "strasse")),
    (
        ("\u039f\u03b4\u03cc\u03c2", "\u039f\u0394\u038c\u03a3"),
        ("\u03bf\u03b4\u03cc\u03c3", "\u03bf\u03b4\u03bf\u0301\u03c2"),
    ),
    (("\uff21\uff22\uff23", "abc"), ("ABC", "\uff42")),
    (("\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af"), ("\u1112\u1161\u11ab",)),
    (("\u8a2a\u5ba2",), ("\u5ba2",)),
)
