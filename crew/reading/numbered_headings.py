"""Finds headings in numbered plain text, as word processors export it: "3. Exclusions", "III. Out of scope", "四、风险"."""

# ruff: noqa: E501 - a long pattern
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import product

from crew.reading.section_headings import section_of
from crew.reading.section_titles import is_bare_title, is_section_title
from crew.reading.sentences import states_requirement

_NUMBER = re.compile(
    r"^(?:(?P<digits>\d{1,3}(?:\.\d{1,3}){0,4})(?:[.)、](?=\D)|(?=[ \t]))|(?P<roman>[IVXLC]{1,6}|[A-Z])[.)]|(?P<han>第?[一二三四五六七八九十]{1,3})(?:、|[章节])"
    r"|[(](?P<inner>[一二三四五六七八九十]{1,3})[)])[ \t]*(?P<rest>\S.{0,80})$"
)
_PAGE = re.compile(r"(?:(?<!\.)\.{3,}|(?<!…)…+|\t) ?\d{1,4}$")
_MAX_WORDS = 6
_TEN = 10
_STYLES = ("digits", "roman", "han", "inner")
_DIGITS = {
    **dict(zip("IVXLC", (1, 5, 10, 50, 100), strict=True)),
    **dict(zip("一二三四五六七八九十", range(1, 11), strict=True)),
}
_MODAL = re.compile(
    r"\b(?:can|may|will|kann|können|peut|peuvent|puede|pueden|pode|può|possono|kan|kunnen|może|может)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Number:
    """The number before a line, its style (the name of a group of _NUMBER), depth ("2.1" has 2) and the words after it."""

    style: str
    depth: int
    value: int
    words: str


def number_headings(lines: list[str]) -> list[str]:
    """Return the lines, with numbered headings in Markdown, and without changes if no number comes before a section."""
    numbers = [_parse(line) for line in lines]
    named = [
        number is not None
        and is_section_title(number.words)
        and (is_bare_title(number.words) or not _is_listed(numbers, at))
        for at, number in enumerate(numbers)
    ]
    if not any(named):
        return lines
    followed = _followed_by_text(lines, numbers)
    several = sum(named) > 1
    in_sequence = _in_sequence(lines, numbers, named)
    headings = [
        "#" * (number.depth + 1) + f" {line.strip()}"
        if number is not None and (named[at] or at in in_sequence or (followed[at] and several and _is_title(number)))
        else line
        for at, (line, number) in enumerate(zip(lines, numbers, strict=True))
    ]
    return [part for line, heading in zip(lines, headings, strict=True) for part in _apart(line, heading)]


def _is_listed(numbers: list[_Number | None], at: int) -> bool:
    """Return whether the line above or below is numbered at the same depth: this is an item, not a heading."""
    own = numbers[at]
    around = [*numbers[max(0, at - 1) : at], *numbers[at + 1 : at + 2]]
    return own is not None and any(
        each is not None and (each.style, each.depth) == (own.style, own.depth) for each in around
    )


def _in_sequence(lines: list[str], numbers: list[_Number | None], named: list[bool]) -> set[int]:
    """Return the short lines set apart from the text whose number follows that of a heading, or comes before it:
    "2. SUPPORT" after "1. EXCLUSIONS". A number out of the sequence is one of a list inside of a section, and ends it."""
    found: set[int] = set()
    for style, step in product(_STYLES, (1, -1)):
        tops = [
            (at, each) for at, each in enumerate(numbers) if each is not None and (each.style, each.depth) == (style, 1)
        ]
        expected: int | None = None
        for at, number in tops[::step]:
            if named[at]:
                expected = number.value + step
            elif (
                number.value == expected
                and _is_set_apart(lines, numbers, at)
                and _is_short(number.words)
                and _has_text(lines, numbers, at)
            ):
                found.add(at)
                expected += step
            else:
                expected = None
    return found


def _is_set_apart(lines: list[str], numbers: list[_Number | None], at: int) -> bool:
    """Return whether there is a blank line before a line, and after it one, a number of a deeper level, or text at the
    margin."""
    if at == 0 or lines[at - 1].strip() or at + 1 == len(lines):
        return False
    after = numbers[at + 1]
    return after.depth > 1 if after is not None else not lines[at + 1][:1].isspace()


def _has_text(lines: list[str], numbers: list[_Number | None], at: int) -> bool:
    """Return whether there is more than the next number of its kind below a line: numbers without text are a list."""
    after = next((index for index in range(at + 1, len(lines)) if lines[index].strip()), None)
    if after is None:
        return False
    own, number = numbers[at], numbers[after]
    return own is None or number is None or (number.style, number.depth) != (own.style, own.depth)


def is_contents_line(line: str) -> bool:
    """Return whether a line is an entry of a table of contents: a title and its page."""
    return _PAGE.search(line[-_MAX_PAGE:].rstrip()) is not None and len(line) <= _MAX_LINE


_MAX_PAGE = 60
_MAX_LINE = 200


def _apart(line: str, heading: str) -> tuple[str, ...]:
    return (line,) if line == heading else ("", heading, "")


def _parse(line: str) -> _Number | None:
    """Return the number that a line begins with."""
    if len(line) > _MAX_LINE or not line[:1].strip():
        return None
    found = _NUMBER.match(unicodedata.normalize("NFKC", line).rstrip())
    if found is None:
        return None
    depth = found["digits"].count(".") + 1 if found["digits"] else 2 if found["inner"] else 1
    style = next(name for name in _STYLES if found[name])
    return _Number(style, min(depth, 5), _value(found), found["rest"])


def _value(found: re.Match[str]) -> int:
    """Return the first part of a number, or 0 if it is a letter."""
    if found["digits"]:
        return int(found["digits"].split(".")[0])
    digits = found["roman"] or found["han"] or found["inner"]
    values = [_DIGITS.get(digit, 0) for digit in digits.strip("第章节、")]
    if found["roman"]:
        return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True)) if all(values) else 0
    if _TEN not in values:
        return values[-1]
    at = values.index(_TEN)
    return (values[at - 1] if at else 1) * _TEN + (values[at + 1] if at + 1 < len(values) else 0)


def _followed_by_text(lines: list[str], numbers: list[_Number | None]) -> list[bool]:
    """Return for each line whether the next line with text is neither numbered nor a list item."""
    followed, after = [False] * len(lines), False
    for at in range(len(lines) - 1, -1, -1):
        followed[at] = after
        if lines[at].strip():
            after = numbers[at] is None
    return followed


def _is_title(number: _Number) -> bool:
    return _is_short(number.words) and (number.depth > 1 or section_of(number.words) is not None)


def _is_short(words: str) -> bool:
    """Return whether words may be a title, and are no sentence."""
    short = len(words.split()) <= _MAX_WORDS and not words.endswith((".", ";", ",", ":", "!", "?", "。"))
    return short and not states_requirement(words) and _MODAL.search(words) is None
