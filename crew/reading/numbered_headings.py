"""Finds headings in numbered plain text, as word processors export it: "3. Exclusions", "III. Out of scope", "四、风险"."""

# ruff: noqa: E501 - a long pattern
from __future__ import annotations

import re
import unicodedata

from crew.reading.section_headings import is_section_title, section_of
from crew.reading.sentences import states_requirement

_NUMBER = re.compile(
    r"^(?:(?P<digits>\d{1,3}(?:\.\d{1,3}){0,4})(?:[.)、](?=\D)|(?=[ \t]))|(?P<roman>[IVXLC]{1,6}|[A-Z])[.)]|(?P<han>第?[一二三四五六七八九十]{1,3})(?:、|[章节])"
    r"|[(](?P<inner>[一二三四五六七八九十]{1,3})[)])[ \t]*(?P<rest>\S.{0,80})$"
)
_PAGE = re.compile(r"(?:(?<!\.)\.{3,}|(?<!…)…+|\t) ?\d{1,4}$")
_MAX_WORDS = 6


def number_headings(lines: list[str]) -> list[str]:
    """Return the lines, with numbered headings in Markdown, and without changes if no number comes before a section."""
    numbers = [_parse(line) for line in lines]
    named = [number is not None and is_section_title(number[1]) for number in numbers]
    if not any(named):
        return lines
    followed = _followed_by_text(lines, numbers)
    several = sum(named) > 1
    headings = [
        "#" * (number[0] + 1) + f" {line.strip()}"
        if number is not None and (named[at] or (followed[at] and several and _is_title(number)))
        else line
        for at, (line, number) in enumerate(zip(lines, numbers, strict=True))
    ]
    return [part for line, heading in zip(lines, headings, strict=True) for part in _apart(line, heading)]


def is_contents_line(line: str) -> bool:
    """Return whether a line is an entry of a table of contents: a title and its page."""
    return _PAGE.search(line[-_MAX_PAGE:].rstrip()) is not None and len(line) <= _MAX_LINE


_MAX_PAGE = 60
_MAX_LINE = 200


def _apart(line: str, heading: str) -> tuple[str, ...]:
    return (line,) if line == heading else ("", heading, "")


def _parse(line: str) -> tuple[int, str] | None:
    """Return the depth and the words of a line that begins with a number."""
    if len(line) > _MAX_LINE or not line[:1].strip():
        return None
    found = _NUMBER.match(unicodedata.normalize("NFKC", line).rstrip())
    if found is None:
        return None
    depth = found["digits"].count(".") + 1 if found["digits"] else 2 if found["inner"] else 1
    return min(depth, 5), found["rest"]


def _followed_by_text(lines: list[str], numbers: list[tuple[int, str] | None]) -> list[bool]:
    """Return for each line whether the next line with text is neither numbered nor a list item."""
    followed, after = [False] * len(lines), False
    for at in range(len(lines) - 1, -1, -1):
        followed[at] = after
        if lines[at].strip():
            after = numbers[at] is None
    return followed


def _is_title(number: tuple[int, str]) -> bool:
    depth, words = number
    short = len(words.split()) <= _MAX_WORDS and not words.endswith((".", ";", ",", ":", "!", "?", "。"))
    return short and not states_requirement(words) and (depth > 1 or section_of(words) is not None)
