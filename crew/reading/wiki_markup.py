"""Converts headings and lists of Jira, MediaWiki, AsciiDoc and Org to Markdown."""

from __future__ import annotations

import re

from crew.reading.candidates import NotUsed
from crew.reading.org_markup import is_org, org_as_markdown

_HEADING = re.compile(r"^(?:h([1-6])\.|(={1,6}))[ \t]+(?=\S)")
_LIST = re.compile(r"^([*#.]{1,5})[ \t]+(?=\S)")
_STARS = re.compile(r"^(\*{1,6})[ \t]+(?=\S)")


def as_markdown_markup(lines: list[str], comment: str, removed: list[NotUsed]) -> list[str]:
    """Return the lines with wiki headings and lists in Markdown. `removed` gets what Org hides, as a `comment`.

    `# text` is converted only if the text has wiki headings: it is a heading in Markdown.
    """
    if any(line.startswith(("h1. ", "h2. ", "h3. ", "== ", "=== ")) for line in lines):
        return [_convert(line) for line in lines]
    if is_org(lines):
        return org_as_markdown(lines, comment, removed)
    return [_nested(line) for line in lines]


def _convert(line: str) -> str:
    if heading := _HEADING.match(line):
        words = line[heading.end() :].rstrip()
        words = words if heading[1] else words.rstrip("=").rstrip()
        return f"{'#' * (int(heading[1]) if heading[1] else len(heading[2]))} {words}"
    if listed := _LIST.match(line):
        return f"{'  ' * (len(listed[1]) - 1)}- {line[listed.end() :]}"
    return line


def _nested(line: str) -> str:
    """Return "** text" as a nested item."""
    stars = _STARS.match(line)
    return f"{'  ' * (len(stars[1]) - 1)}- {line[stars.end() :]}" if stars and len(stars[1]) > 1 else line
