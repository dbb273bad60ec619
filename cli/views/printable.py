"""Text from elsewhere, made fit for a terminal: whatever could steer one is shown instead of obeyed."""

from __future__ import annotations

import unicodedata

from rich.text import Text

_DELETE = 0x7F


def printable(text: object) -> str:
    """The text with each control character but newline and tab as a visible one, and no invisible reordering."""
    return "".join(_visible(character) for character in str(text))


def one_line(text: object, longest: int = 200) -> str:
    """The text on one line, shortened where it is longer."""
    line = " ".join(printable(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def words(text: object, style: str = "", longest: int = 200) -> Text:
    """One line for rich, in which nothing is markup."""
    return Text(one_line(text, longest), style=style)


def _visible(character: str) -> str:
    if character in "\n\t":
        return character
    match unicodedata.category(character):
        case "Cc" if (code := ord(character)) < ord(" "):
            return chr(0x2400 + code)  # the block of control pictures mirrors ASCII
        case "Cc":
            return "\u2421" if ord(character) == _DELETE else "\ufffd"
        case "Cf" if unicodedata.bidirectional(character) in _REORDERING:
            return "\ufffd"
        case "Cs":
            return "\ufffd"
        case _:
            return character


_REORDERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
