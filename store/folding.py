"""Text compared as people read it: in whatever case, and however its accents are written down."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, collate, func, literal_column

_DOTLESS_I, _CAPITAL_DOTTED_I = "\u0131", "\u0130"
_DOT_ABOVE = "\u0307"
"""What an i keeps of a Turkish capital in many a program's lower case."""

_SIGMA, _FINAL_SIGMA, _SHARP_S = "\u03c3", "\u03c2", "\u00df"


def folded(text: Any) -> ColumnElement[str]:
    """The text in the form in which it is compared, computed by PostgreSQL: both sides of a comparison go through it.

    NFKC makes one of composed and decomposed letters, and of wide and narrow ones. Upper case first, then lower, makes
    one of the letters that share a capital (the two sigmas). The four letters I, of which Turkish makes two pairs and
    other languages one, are one letter, whatever the database's locale says of them. A database whose locale is plain C
    knows the case of ASCII alone.
    """
    composed = func.normalize(text, literal_column("NFKC"))
    one_i = func.translate(composed, f"I{_DOTLESS_I}{_CAPITAL_DOTTED_I}", "iii")
    lower = func.translate(func.lower(func.upper(one_i)), f"{_DOTLESS_I}{_FINAL_SIGMA}", f"i{_SIGMA}")
    whole = func.replace(func.replace(lower, f"i{_DOT_ABOVE}", "i"), _SHARP_S, "ss")
    # What is all ASCII, as most names are, comes to the same in a thirtieth of the time.
    is_ascii = func.octet_length(text) == func.char_length(text)
    return case((is_ascii, func.lower(collate(text, "C"))), else_=whole)
