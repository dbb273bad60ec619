"""Splits a page into lines, and finds its headings and markers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPENING, CLOSING = "<!-- toc -->", "<!-- /toc -->"

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")
_CLOSING_SIGNS = re.compile(r"(^|[ \t])#+$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`]*)")


@dataclass(frozen=True)
class Line:
    """`end` is LF, CRLF or, at the end of a file, empty."""

    text: str
    end: str
    in_code: bool

    @property
    def marker(self) -> str | None:
        text = self.text.rstrip(" ")
        return text if text in (OPENING, CLOSING) and not self.in_code else None

    @property
    def heading(self) -> tuple[int, str] | None:
        """The level and the text, if this is a heading."""
        match = None if self.in_code else _HEADING.fullmatch(self.text)
        if match is None:
            return None
        text = _CLOSING_SIGNS.sub("", match[2].strip(" \t")).strip(" \t")
        return (len(match[1]), text) if text else None


def split(page: str) -> list[Line]:
    """Return the lines of a page. Joined, they are the page again."""
    return list(_lines(page))


def _lines(page: str) -> Iterator[Line]:
    fence = ""
    for part in re.findall(r"[^\n]*\n|[^\n]+", page):
        text = part.removesuffix("\n").removesuffix("\r") if part.endswith("\n") else part
        match = _FENCE.fullmatch(text)
        if fence:
            yield Line(text, part[len(text) :], in_code=True)
            if match and match[1].startswith(fence) and not match[2].strip(" "):
                fence = ""
        else:
            fence = match[1] if match else ""
            yield Line(text, part[len(text) :], in_code=bool(match))
