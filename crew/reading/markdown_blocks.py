"""Parses Markdown into a flat list of headings, list items, table rows and paragraphs, each in plain text."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crew.reading.requirements import is_label

# Raw HTML is kept as text: otherwise "<name>" placeholders would be lost.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])

_CHECKBOX = re.compile(r"^\[[ xX~>/]\](?:\s+|$)")
_ANCHOR = re.compile(r" ?\{[#.:][^{}]*\}$")
"""The attributes of a heading: "{#goals}"."""
_CANCELLED = re.compile(r"^\[-\](?=\s|$)")
LISTED = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")
"""The start of a list's item."""
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff")


DETAILS = "\ue000"
"""The first character of the heading that stands for the summary of a <details>; alone, it is its end."""


class BlockKind(Enum):
    HEADING = "heading"
    ITEM = "item"
    ROW = "row"
    PARAGRAPH = "paragraph"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """One block.

    `level` is that of a heading; `group` is shared by the items of a list, the rows of a table, and sibling headings.
    `struck` is text that was struck through, and is not part of `text`. `emphasised` means that the whole block is
    bold, `linked` that it consists of links, `quoted` that it is in a block quote.
    """

    kind: BlockKind
    text: str
    level: int = 0
    group: tuple[int, ...] = ()
    lines: tuple[str, ...] = ()  # of a paragraph; of an item, its paragraphs
    children: tuple[Block, ...] = ()  # of an item
    header: tuple[str, ...] = ()  # of a row, one for each cell
    cells: tuple[str, ...] = ()
    struck: str = ""
    emphasised: bool = False
    linked: bool = False
    quoted: bool = False


def parse_blocks(markdown: str) -> list[Block]:
    """Return the blocks in order. Items of a nested list are children of their parent item."""
    return list(_BlockBuilder(_MARKDOWN.parse(markdown)).blocks())


def text_with_children(item: Block) -> str:
    """Return an item and its children as one text: "Search:", "by name", "by tag" -> "Search: by name; by tag"."""
    if not item.children:
        return item.text
    rest = "; ".join(filter(None, (text_with_children(child) for child in item.children)))
    if not item.text:
        return rest
    return f"{item.text} {rest}" if item.text.endswith((":", ".", ";")) else f"{item.text}; {rest}"


def plain(text: str) -> str:
    """Return the text as one line of printable characters, with single spaces."""
    return " ".join(without_controls(text).split())


def without_controls(text: str) -> str:
    """Replace control and surrogate characters with spaces, and remove characters that change the text direction."""
    if text.isprintable():
        return text
    kept = (
        "" if char in _BIDI_CONTROLS else " " if unicodedata.category(char) in ("Cc", "Cs") else char for char in text
    )
    return "".join(kept)


class _BlockBuilder:
    """Builds blocks from the parser's tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._headings: list[tuple[int, int]] = []  # (level, token index) of the open headings
        self._lists: list[int] = []
        self._items: list[tuple[list[Block], list[Block]]] = []  # text and children of the open items
        self._quotes = 0
        self._table: tuple[int, list[str]] = (0, [])
        self._row: list[Block] = []

    def blocks(self) -> Iterator[Block]:
        for index, token in enumerate(self._tokens):
            for block in self._enter(index, token):
                yield replace(block, quoted=True) if self._quotes else block

    def _enter(self, index: int, token: Token) -> Iterator[Block]:
        match token.type:
            case "blockquote_open":
                self._quotes += 1
            case "blockquote_close":
                self._quotes -= 1
            case "bullet_list_open" | "ordered_list_open":
                self._lists.append(index)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._items.append(([], []))
            case "list_item_close":
                yield from self._close_item()
            case "table_open":
                self._table = (index, [])
            case "tr_open":
                self._row = []
            case "tr_close":
                yield from self._close_row()
            case "inline":
                yield from self._inline(index, token)
            case "fence" | "code_block":
                yield from self._code(token)

    def _close_item(self) -> Iterator[Block]:
        own, children = self._items.pop()
        first, *others = [block.text for block in own if block.text] or [""]
        lines = (_CANCELLED.sub("❌", _CHECKBOX.sub("", first)), *others)
        text = " ".join(filter(None, lines))
        item = Block(
            BlockKind.ITEM,
            text,
            group=(self._lists[0],),
            lines=tuple(filter(None, lines)),
            children=tuple(children),
            struck=" ".join(block.struck for block in own if block.struck),
            linked=bool(own) and all(block.linked for block in own),
        )
        if not (text or item.struck or children):
            return
        if self._items:
            self._items[-1][1].append(item)
        else:
            yield item

    def _close_row(self) -> Iterator[Block]:
        at, header = self._table
        cells = [block.text for block in self._row]
        if not header and len(cells) > 1 and is_label(cells[0]) and " " in cells[1]:
            header.extend("" for _ in cells)  # the first row is one of the table, not the names of its columns
        if not header:
            header.extend(cells)
        elif any(cells) or any(block.struck for block in self._row):
            text = "; ".join(filter(None, cells))
            struck = "; ".join(block.struck for block in self._row if block.struck)
            yield Block(
                BlockKind.ROW, text, group=(at,), header=tuple(header), cells=tuple(cells), struck=struck,
                linked=all(block.linked for block in self._row if block.text),
            )  # fmt: skip

    def _inline(self, index: int, token: Token) -> Iterator[Block]:
        block = _paragraph(token)
        before = self._tokens[index - 1]
        if before.type == "heading_open":
            block = replace(block, text=_ANCHOR.sub("", block.text))
        if before.type in ("th_open", "td_open"):
            self._row.append(block)
        elif not (block.text or block.struck):
            return
        elif self._items:
            self._items[-1][0].append(block)
        elif before.type == "heading_open":
            level = int(before.tag[1:])
            self._headings = [each for each in self._headings if each[0] < level]
            group = tuple(at for _, at in self._headings)
            yield Block(BlockKind.HEADING, block.text, level, group, struck=block.struck)
            self._headings.append((level, index))
        else:
            yield block

    def _code(self, token: Token) -> Iterator[Block]:
        if token.type == "code_block" and LISTED.match(token.content):
            yield from parse_blocks(textwrap.dedent(token.content))  # an indented list
        else:
            yield Block(BlockKind.CODE, token.content, lines=(token.info.strip(),))


def _paragraph(token: Token) -> Block:
    kept: list[str] = []
    struck: list[str] = []
    strikes = bolds = links = 0
    emphasised = linked = True
    for child in token.children or ():
        match child.type:
            case "s_open" | "s_close":
                strikes += 1 if child.type == "s_open" else -1
                continue
            case "strong_open" | "strong_close":
                bolds += 1 if child.type == "strong_open" else -1
                continue
            case "link_open" | "link_close":
                links += 1 if child.type == "link_open" else -1
                continue
        text = "\n" if child.type in ("softbreak", "hardbreak") else child.content
        (struck if strikes else kept).append(text)
        if text.strip():
            emphasised, linked = emphasised and bool(bolds), linked and bool(links or child.type == "image")
    lines = tuple(filter(None, map(plain, "".join(kept).split("\n"))))
    return Block(
        BlockKind.PARAGRAPH,
        " ".join(lines),
        lines=lines,
        struck=plain(" ".join(struck)),
        emphasised=emphasised and bool(lines),
        linked=linked and bool(lines),
    )
