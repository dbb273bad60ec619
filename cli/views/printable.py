"""Makes foreign text safe for a terminal: characters that control one are shown instead of obeyed."""

from __future__ import annotations

import unicodedata

from rich.text import Text

_DELETE = 0x7F
_REORDERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def printable(text: object) -> str:
    """Return the text with control characters (except newline and tab) made visible and reordering ones replaced."""
    return "".join(_visible(character) for character in str(text))


def one_line(text: object, max_length: int = 200) -> str:
    """Return the text on one line, shortened to `max_length` characters."""
    line = " ".join(printable(text).split())
    return line if len(line) <= max_length else line[: max_length - 1] + "…"


def plain(text: object, style: str = "", max_length: int = 200) -> Text:
    """Return the text as one line for rich, with markup left uninterpreted."""
    return Text(one_line(text, max_length), style=style)


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
