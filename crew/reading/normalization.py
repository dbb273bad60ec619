"""Converts pasted text to Markdown: bullets of word processors, HTML, wiki headings, indented texts."""

# ruff: noqa: E501 - characters of many languages, in long patterns
from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from crew.reading.candidates import NotUsed
from crew.reading.confluence_macros import without_macros
from crew.reading.conversations import as_paragraphs
from crew.reading.gherkin_text import fence_scenarios
from crew.reading.hidden_text import HIDDEN, PIECES
from crew.reading.list_markers import mark_lists
from crew.reading.markdown_blocks import DETAILS
from crew.reading.numbered_headings import is_contents_line, number_headings
from crew.reading.sections import Section
from crew.reading.table_formats import as_pipe_tables
from crew.reading.typesetting import as_lines
from crew.reading.wiki_markup import as_markdown_markup

COMMENT = "a comment"
TIMES = "times of messages"

_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = str.maketrans(dict.fromkeys("\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u202f\u205f\u3000", " "))  # fmt: skip
_INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u2060\ufeff\xad"))

_TABLE = re.compile(r"<table\b[^<>]*>(.*?)(?:</table>|\Z)", re.DOTALL | re.IGNORECASE)
_ROW = re.compile(r"<tr\b[^<>]*>(.*?)(?:</tr>|(?=<tr\b)|\Z)", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<t[hd]\b[^<>]*>(.*?)(?:</t[hd]>|(?=<t[hd]\b)|\Z)", re.DOTALL | re.IGNORECASE)
_BLOCK_IN_CELL = re.compile(r"</?(?:p|div|ul|ol|li|br|h[1-6])\b[^<>]*>", re.IGNORECASE)
_TAGS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern, re.IGNORECASE), to)
    for pattern, to in (
        (r"<h([1-6])\b[^<>]*>", r"\n\n@\1@ "),
        (r"<summary\b[^<>]*>", f"\n\n@6@ {DETAILS}"),
        (r"</details>", f"\n\n@6@ {DETAILS}\n\n"),
        (r"<dt\b[^<>]*>", "\n- "),
        (r"</dt>\s*<dd\b[^<>]*>", ": "),
        (
            r"</h[1-6]>|</summary>|<details\b[^<>]*>|</dd>|</?p\b[^<>]*>|</?(?:ul|ol|dl|div|section|article|header|footer|main|body|html)\b[^<>]*>",
            "\n\n",
        ),
        (r"<li\b[^<>]*>\s*", "\n- "),
        (r"</li>", ""),
        (r"<br\s*/?>", " "),
        (r"</?(?:del|s|strike)>", "~~"),
        (r"</?(?:b|strong)>", "**"),
        (
            r"</?(?:em|i|u|ins|mark|span|font|small|sup|sub)(?:\s[^<>]*)?>|</?head>|<(?:meta|link)\b[^<>]*>|<!DOCTYPE\b[^<>]*>",
            "",
        ),
    )
]
_ESCAPED = re.compile(r"^([ \t]*(?:\d{1,3})?)\\([.)]|[-*+])(?=[ \t])", re.MULTILINE)
"""A mark of a list as exports escape it: "1\\. text"."""
_OVERLINED = re.compile(r"^([=\-~^\"'#*+:_])\1{2,}[ \t]*\n(?=[^\n]*\w)([^\n]*\n)(?=\1{3,}[ \t]*$)", re.MULTILINE)
_UNDERLINED = re.compile(
    r"(?:\A|(?<=\n\n))(?![-#>|*\d ])(?=[^\n]*\w)([^\n]*)\n(([~^\"'#*+:_])\3{2,})[ \t]*$", re.MULTILINE
)
"""A heading of reST with a line below it that Markdown does not know."""
_STRUCK = [
    re.compile(r"()(?<![~\w\\])~(?=[^\s~])([^~\n]*[^~\s])~(?![~\w])"),
    re.compile(r"^([ \t]*(?:[-*+#]{1,5}|\d{1,3}[.)])[ \t]+)-(?=[^\W_])([^\n]*[^\s-])-[ \t]*$", re.MULTILINE),
    re.compile(r"()\[\.line-through\]#([^#\n]+)#"),
]
"""Text between single tildes; an item between hyphens, as in Jira; a role of AsciiDoc."""
_STRUCK_LETTERS = re.compile(r"(?:\S\u0336)(?:[^\n]\u0336)*")
_HTML_HEADING = re.compile(r"^@([1-6])@ ", re.MULTILINE)
_ONLY_A_TAG = re.compile(r"^[ \t]*</?[A-Za-z][\w:-]*(?:\s+[\w:-]+\s*=[^<>\n]*)?/?>[ \t]*$", re.MULTILINE)
"""Not `<fill in>`: that is a placeholder."""


def as_markdown(text: str) -> tuple[str, list[NotUsed]]:
    """Return the text as Markdown without comments and tables of contents, and what was removed. Takes time linear in the text."""
    text = _LINE_ENDS.sub("\n", text).translate(_BLANKS).translate(_INVISIBLE)
    text, cut = as_paragraphs(fence_scenarios(as_lines(without_macros(text))))
    text = _ESCAPED.sub(r"\1\2", _OVERLINED.sub(r"\2", text))
    text = _UNDERLINED.sub(_heading_of_rest, text)
    if not re.search(r"^\S", text, re.MULTILINE):
        text = textwrap.dedent(text.expandtabs(4))
    removed: list[NotUsed] = [NotUsed(TIMES, cut)] if cut else []
    return "".join(_pieces(text, removed)), removed


def _heading_of_rest(found: re.Match[str]) -> str:
    return f"### {found[1]}" if len(found[2]) >= len(found[1].strip()) else found[0]


def _pieces(text: str, removed: list[NotUsed]) -> Iterator[str]:
    """Yield the text's code unchanged and the rest as Markdown; append its comments to `removed`."""
    at = 0
    kept: list[str] = []
    for piece in PIECES.finditer(text):
        kept.append(text[at : piece.start()])
        at = piece.end()
        if piece["code"] is None:
            removed.append(NotUsed(COMMENT, next(filter(None, map(piece.group, HIDDEN)), "")))
        elif piece["mark"] is None:
            kept.append(piece["code"])
        else:
            yield _convert("".join(kept), removed)
            kept.clear()
            yield piece["code"]
    yield _convert("".join(kept) + text[at:], removed)


def _convert(text: str, removed: list[NotUsed]) -> str:
    if "<" in text:
        text = _TABLE.sub(_convert_table, text)
        for pattern, to in _TAGS:
            text = pattern.sub(to, text)
        text = _HTML_HEADING.sub(lambda found: "#" * int(found[1]) + " ", text)
        text = _ONLY_A_TAG.sub("", text)
    for pattern in _STRUCK:
        text = pattern.sub(r"\1~~\2~~", text)
    if "\u0336" in text:
        text = _STRUCK_LETTERS.sub(lambda found: f"~~{found[0].replace(chr(0x336), '')}~~", text)
    lines = list(as_pipe_tables(text.split("\n")))
    contents = [line for line in lines if is_contents_line(line)]
    if len(contents) > 1:
        removed += [NotUsed(Section.CONTENTS.value, line) for line in contents]
        lines = [line for line in lines if not is_contents_line(line)]
    return "\n".join(mark_lists(number_headings(as_markdown_markup(lines, COMMENT, removed))))


def _convert_table(table: re.Match[str]) -> str:
    rows = [
        [" ".join(_BLOCK_IN_CELL.sub(" ", cell).split()).replace("|", "\\|") for cell in _CELL.findall(row)]
        for row in _ROW.findall(table[1])
    ]
    lines = [f"| {' | '.join(cells)} |" for cells in rows if cells]
    return "\n\n" + "\n".join([*lines[:1], "|" + "---|" * len(rows[0]), *lines[1:]]) + "\n\n" if lines else "\n"
