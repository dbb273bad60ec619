"""Compare text regardless of case and of Unicode normalization form.

Constants are part of the SQL and not parameters, so that PostgreSQL recognises the expression of its index.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, case, collate, func, literal_column

_DOTLESS_I, _CAPITAL_DOTTED_I = "\u0131", "\u0130"
_DOT_ABOVE = "\u0307"
"""What remains after an i when a program lower-cases the Turkish capital İ."""

_SIGMA, _FINAL_SIGMA, _SHARP_S = "\u03c3", "\u03c2", "\u00df"


def casefolded(text: Any) -> ColumnElement[str]:
    """Return the text in its form for comparison, computed by PostgreSQL. Apply it to both sides.

    NFKC unifies composed and decomposed letters, and wide and narrow ones. Upper case and then lower case unifies
    letters that share a capital (the two sigmas). The four letters I, which are two pairs in Turkish and one in other
    languages, are unified whatever the database's locale is. With the C locale, only ASCII has upper and lower case.
    """
    composed = func.normalize(text, literal_column("NFKC"))
    one_i = func.translate(composed, _sql(f"I{_DOTLESS_I}{_CAPITAL_DOTTED_I}"), _sql("iii"))
    lower = func.translate(func.lower(func.upper(one_i)), _sql(f"{_DOTLESS_I}{_FINAL_SIGMA}"), _sql(f"i{_SIGMA}"))
    whole = func.replace(func.replace(lower, _sql(f"i{_DOT_ABOVE}"), _sql("i")), _sql(_SHARP_S), _sql("ss"))
    # Pure ASCII, as most names are, has the same result in a thirtieth of the time.
    is_ascii = func.octet_length(text) == func.char_length(text)
    return case((is_ascii, func.lower(collate(text, "C"))), else_=whole)


def contains(text: ColumnElement[str], part: Any) -> ColumnElement[bool]:
    """Return whether the text has this part, in their forms for comparison."""
    pattern = func.regexp_replace(casefolded(part), _sql(r"([\\%_])"), _sql(r"\\\1"), _sql("g"))
    return casefolded(text).like(_sql("%") + pattern + _sql("%"))


def _sql(constant: str) -> ColumnElement[str]:
    return literal_column(f"'{constant}'", Text)
