"""Converts headings and lists of Jira, MediaWiki, AsciiDoc and Org to Markdown."""

from __future__ import annotations

import re

_HEADING = re.compile(r"^(?:h([1-6])\.|(={1,6}))[ \t]+(?=\S)")
_LIST = re.compile(r"^([*#.]{1,5})[ \t]+(?=\S)")
_STARS = re.compile(r"^(\*{1,6})[ \t]+(?=\S)")


def as_markdown_markup(lines: list[str]) -> list[str]:
    """Return the lines with wiki headings and lists in Markdown.

    `# text` is converted only if the text has wiki headings: it is a heading in Markdown.
    """
    if any(line.startswith(("h1. ", "h2. ", "h3. ", "== ", "=== ")) for line in lines):
        return [_convert(line) for line in lines]
    if _is_org(lines):
        return [_STARS.sub(lambda stars: "#" * len(stars[1]) + " ", line) for line in lines]
    return [_nested(line) for line in lines]


def _is_org(lines: list[str]) -> bool:
    first = next((line for line in lines if line.strip() and not line.startswith("#+")), "")
    return first.startswith("* ") and any(line.startswith("** ") for line in lines) and _has_dashes_or_depth(lines)


def _has_dashes_or_depth(lines: list[str]) -> bool:
    return any(line.startswith(("- ", "*** ", "#+")) for line in lines)


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
