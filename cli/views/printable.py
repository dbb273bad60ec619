"""Makes foreign text safe for a terminal: characters that control one are shown instead of obeyed."""

from __future__ import annotations

from rich.text import Text

from artifacts.hidden import CONTROLS, DECEPTIVE

_SURROGATES = range(0xD800, 0xE000)


def _symbol(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)  # the block of control pictures mirrors ASCII
    return "\u2421" if code == 0x7F else "\ufffd"


_SYMBOLS = {code: _symbol(code) for code in (*CONTROLS, *DECEPTIVE, *_SURROGATES) if chr(code) not in "\n\t"}


def printable(text: object) -> str:
    """Return the text with control characters (except newline and tab) made visible, and with those that reorder a text
    or hide in it replaced."""
    return str(text).translate(_SYMBOLS)


def one_line(text: object, max_length: int = 200) -> str:
    """Return the text on one line, shortened to `max_length` characters."""
    line = " ".join(printable(text).split())
    return line if len(line) <= max_length else line[: max_length - 1] + "…"


def plain(text: object, style: str = "", max_length: int = 200) -> Text:
    """Return the text as one line for rich, with markup left uninterpreted."""
    return Text(one_line(text, max_length), style=style)
