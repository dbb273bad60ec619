"""A Markdown text as a flat list of its headings, list items and paragraphs, each in plain text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Raw HTML is read as text: in "<name> placeholders" a tag would be lost.
_MARKDOWN = MarkdownIt("commonmark", {"html": False})

_CHECKBOX = re.compile(r"^\[[ xX]\]\s+")
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff")


class Kind(Enum):
    HEADING = "heading"
    ITEM = "item"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `level` is a heading's; `group` is shared by the items of one list, and by sibling headings."""

    kind: Kind
    text: str
    level: int = 0
    group: tuple[int, ...] = ()


def outline(markdown: str) -> list[Block]:
    """The blocks in order. Quotes are left out, code blocks too; a nested list's items join their parent's text."""
    return list(_Walk(_MARKDOWN.parse(markdown)).blocks())


def plain(text: str) -> str:
    """One line of printable text, with single spaces."""
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """The text with a space for each control or surrogate character, and without those that turn its direction."""
    if text.isprintable():
        return text
    kept = ("" if one in _BIDI_CONTROLS else " " if unicodedata.category(one) in ("Cc", "Cs") else one for one in text)
    return "".join(kept)


class _Walk:
    """The state of one walk over the parser's tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._headings: list[tuple[int, int]] = []  # (level, token index) of the open headings
        self._lists: list[int] = []
        self._quotes = 0
        self._item: list[str] = []

    def blocks(self) -> Iterator[Block]:
        for index, token in enumerate(self._tokens):
            match token.type:
                case "blockquote_open":
                    self._quotes += 1
                case "blockquote_close":
                    self._quotes -= 1
                case "bullet_list_open" | "ordered_list_open":
                    self._lists.append(index)
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "list_item_close" if len(self._lists) == 1 and self._item:
                    yield Block(Kind.ITEM, _joined(self._item), group=(self._lists[0],))
                    self._item = []
                case "inline" if not self._quotes:
                    yield from self._inline(index, token)

    def _inline(self, index: int, token: Token) -> Iterator[Block]:
        text = plain(_inline_text(token))
        if not text:
            return
        before = self._tokens[index - 1]
        if self._lists:
            self._item.append(_CHECKBOX.sub("", text))
        elif before.type == "heading_open":
            level = int(before.tag[1:])
            self._headings = [one for one in self._headings if one[0] < level]
            yield Block(Kind.HEADING, text, level, tuple(at for _, at in self._headings))
            self._headings.append((level, index))
        else:
            yield Block(Kind.PARAGRAPH, text)


def _joined(parts: list[str]) -> str:
    """An item and what is nested in it: "Search:", "by name", "by tag" -> "Search: by name; by tag"."""
    head, *rest = parts
    if not rest:
        return head
    return f"{head} {'; '.join(rest)}" if head.endswith((":", ".", ";")) else "; ".join(parts)


def _inline_text(token: Token) -> str:
    return "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in token.children or ())
