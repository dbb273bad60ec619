"""Converts pasted text to Markdown: bullets of word processors, HTML, wiki headings, indented texts."""

# ruff: noqa: E501, RUF001 - characters of many languages, in long patterns
from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from crew.rehearsal.reading.candidates import NotUsed
from crew.rehearsal.reading.markdown_blocks import DETAILS
from crew.rehearsal.reading.numbered_headings import is_contents_line, number_headings
from crew.rehearsal.reading.scope_words import CROSSES
from crew.rehearsal.reading.section_headings import section_of
from crew.rehearsal.reading.sections import Section
from crew.rehearsal.reading.table_formats import as_pipe_tables
from crew.rehearsal.reading.wiki_markup import as_markdown_markup

COMMENT = "a comment"

_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = str.maketrans(dict.fromkeys("\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u202f\u205f\u3000", " "))  # fmt: skip
_INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u2060\ufeff\xad"))

# Code first: it may contain what looks like a comment or a tag.
_PIECES = re.compile(
    r"(?P<code>^ {0,3}(?P<mark>`{3,}+|~{3,}+)[^\n]*+\n(?:.*?^ {0,3}(?P=mark)[`~]*[ \t]*$|.*\Z)|`[^`\n]+`)"
    r"|<!--(?P<html>.*?)(?:-->|\Z)|<%--(?P<jsp>.*?)(?:--%>|\Z)|\{/\*(?P<mdx>.*?)(?:\*/\}|\Z)|%%(?P<obsidian>[^%]+)%%"
    r"|<(?P<hidden>template\b|(?:div|section|p|span|ul|details)\b(?=[^<>]*\bhidden\b))[^<>]*>(?P<inner>.*?)(?:</(?P=hidden)>|\Z)"
    r"|^\[(?://|comment)\]: *(?:#|<>) *[(\"'](?P<remark>[^\n]*)[)\"'][ \t]*$",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_COMMENTS = ("html", "jsp", "mdx", "obsidian", "inner", "remark")

_TABLE = re.compile(r"<table\b[^<>]*>(.*?)(?:</table>|\Z)", re.DOTALL | re.IGNORECASE)
_ROW = re.compile(r"<tr\b[^<>]*>(.*?)(?:</tr>|(?=<tr\b)|\Z)", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<t[hd]\b[^<>]*>(.*?)(?:</t[hd]>|(?=<t[hd]\b)|\Z)", re.DOTALL | re.IGNORECASE)
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
        (r"</?(?:em|i|u|ins|mark|span|font|small|sup|sub)(?:\s[^<>]*)?>", ""),
    )
]
_SINGLE_TILDES = re.compile(r"(?<![~\w\\])~(?=[^\s~])([^~\n]*[^~\s])~(?![~\w])")
_HTML_HEADING = re.compile(r"^@([1-6])@ ", re.MULTILINE)
_ONLY_A_TAG = re.compile(r"^[ \t]*</?[A-Za-z][\w:-]*(?:\s[^<>\n]*)?/?>[ \t]*$", re.MULTILINE)

_BULLET = re.compile(r"^([ \t]*)(?:[•◦▪▫‣⁃∙●○■□◆◇►▶▸➢➤➔→✓✔☐☑☒✅🔹🔸👉·\uf0b7\uf0a7–—][ \t]*|[o§][ \t]*\t[ \t]*)(?=\S)")  # fmt: skip
_CROSSED = re.compile(rf"^([ \t]*)(?=[{CROSSES}])")
_ENUMERATED = re.compile(r"^([ \t]*)(?:[(（][a-z\d]{1,3}[)）]|[a-z]\)|[①-⑳]|[一二三四五六七八九十]{1,3}、|\d{1,3}(?:[、．）]|[.)](?=[\u3040-\u9fff\uac00-\ud7af])))[ \t]*(?=\S)")  # fmt: skip
_LETTERED = re.compile(r"^[ \t]*([a-zA-Z])\.[ \t]+(?=\S)")
_LISTED = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_WIDE_RULE = re.compile(r"^[ \t]{0,3}(?=[|:-])(?:[ \t:-]*\|){24}")
"""The line below the header of a wide table, for which the parser would take seconds to fill its rows."""


def as_markdown(text: str) -> tuple[str, list[NotUsed]]:
    """Return the text as Markdown without comments and tables of contents, and what was removed. Takes time linear in the text."""
    text = _LINE_ENDS.sub("\n", text).translate(_BLANKS).translate(_INVISIBLE)
    if not re.search(r"^\S", text, re.MULTILINE):
        text = textwrap.dedent(text.expandtabs(4))
    removed: list[NotUsed] = []
    return "".join(_pieces(text, removed)), removed


def _pieces(text: str, removed: list[NotUsed]) -> Iterator[str]:
    """Yield the text's code unchanged and the rest as Markdown; append its comments to `removed`."""
    at = 0
    kept: list[str] = []
    for piece in _PIECES.finditer(text):
        kept.append(text[at : piece.start()])
        at = piece.end()
        if piece["code"] is None:
            removed.append(NotUsed(COMMENT, next(filter(None, map(piece.group, _COMMENTS)), "")))
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
    text = _SINGLE_TILDES.sub(r"~~\1~~", text)
    lines = list(as_pipe_tables(text.split("\n")))
    contents = [line for line in lines if is_contents_line(line)]
    if len(contents) > 1:
        removed += [NotUsed(Section.CONTENTS.value, line) for line in contents]
        lines = [line for line in lines if not is_contents_line(line)]
    return "\n".join(_lines(number_headings(as_markdown_markup(lines))))


def _convert_table(table: re.Match[str]) -> str:
    rows = [
        [" ".join(cell.split()).replace("|", "\\|") for cell in _CELL.findall(row)] for row in _ROW.findall(table[1])
    ]
    lines = [f"| {' | '.join(cells)} |" for cells in rows if cells]
    return "\n\n" + "\n".join([*lines[:1], "|" + "---|" * len(rows[0]), *lines[1:]]) + "\n\n" if lines else "\n"


def _lines(lines: list[str]) -> Iterator[str]:
    before = ""
    for index, line in enumerate(lines):
        listed = _CROSSED.sub(r"\1- ", _BULLET.sub(r"\1- ", line))
        if listed is line or listed == line:
            listed = _ENUMERATED.sub(r"\1- ", line)
        if listed == line and (letter := _LETTERED.match(line)) and _has_sibling(letter[1], lines, index):
            listed = "- " + line[letter.end() :]
        if listed != line and before.strip() and not _LISTED.match(before):
            yield ""  # otherwise it would continue the paragraph above
        if _WIDE_RULE.match(listed):
            listed = f"\\{listed.lstrip()}"
        if before.strip() and _is_heading_line(listed, before, lines[index + 1] if index + 1 < len(lines) else ""):
            yield ""  # otherwise it would continue the item or paragraph above
        yield listed
        before = listed


def _is_heading_line(line: str, before: str, after: str) -> bool:
    """Return whether a line next to a list serves as a heading: "Out of scope:"."""
    if not line[:1].strip() or line[:1] in "#>|`~=-+*" or len(line) > 80 or _LISTED.match(line):
        return False
    colon = line.rstrip().endswith((":", "\uff1a"))
    beside = _LISTED.match(before) or before[:1].isspace() or _BULLET.match(after) or _LISTED.match(after)
    return bool(beside) and (colon or section_of(line.strip()) is not None)


def _has_sibling(letter: str, lines: list[str], index: int) -> bool:
    """Return whether a nearby line has the next letter (b. after a.), so that this is a list and not an initial."""
    around = [_LETTERED.match(line) for line in lines[max(0, index - 2) : index + 3]]
    return any(match is not None and abs(ord(match[1]) - ord(letter)) == 1 for match in around)
