"""Foreign text between tags. Nothing in it can close them: neither the closing tag nor what a model may read as one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from crew.model.context import is_invisible

TAGS = ("input", "feedback")

_CLOSING = tuple(f"</{tag}" for tag in TAGS)
_BRACKETS = "<\u2039\u3008\u27e8\u276e\u2770\u02c2\u1438"
_SLASHES = "/\u2215\u2044\u29f8\u2571"
_LETTERS = {
    "\u0131\u0456\u03b9": "i",
    "\u0440\u03c1": "p",
    "\u03c5": "u",
    "\u0442\u03c4": "t",
    "\u0435\u03b5": "e",
    "\u0501": "d",
    "\u0430\u03b1": "a",
    "\u0441": "c",
    "\u043a\u03ba": "k",
    "\u044c": "b",
}
"""Cyrillic and Greek letters, and a dotless one."""

_LOOKALIKES = str.maketrans(
    {each: latin for like, latin in {_BRACKETS: "<", _SLASHES: "/", **_LETTERS}.items() for each in like}
)
"""What looks like a character of a tag, beside the compatible forms that Unicode itself knows, such as full-width."""

_OPENING = re.compile(f"[{_BRACKETS}\uff1c\ufe64\u2329\u226e]")


def delimited(tag: str, text: str, **attributes: str) -> list[str]:
    """Return the lines of a text between tags. Whatever in it reads as a closing tag of ours gets a backslash."""
    described = "".join(f' {key}="{_attribute(value)}"' for key, value in attributes.items())
    kept = _OPENING.sub(lambda found: found[0] + ("\\" if _is_closing(text, found.start()) else ""), text)
    return [f"<{tag}{described}>", kept, f"</{tag}>"]


def _attribute(value: str) -> str:
    return "".join(each for each in value if each.isprintable() and each not in '"<>')


def _is_closing(text: str, start: int) -> bool:
    """Return whether a closing tag begins somewhere in a text, which is read up to the first character of none."""
    read = ""
    for position in range(start, len(text)):
        read = (read + _folded(text[position])).replace("//", "/")
        if read.startswith(_CLOSING):
            return True
        if not any(closing.startswith(read) for closing in _CLOSING):
            return False
    return False


@lru_cache(1024)
def _folded(character: str) -> str:
    """Return what a character reads as: without case, accents, width and style; nothing if it is white or invisible."""
    plain = unicodedata.normalize("NFKD", character).casefold().translate(_LOOKALIKES)
    return "".join(each for each in plain if not (each.isspace() or _is_mark(each) or is_invisible(each)))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"
