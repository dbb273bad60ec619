"""The brief: a Markdown file, checked before anything is asked of the API."""

from __future__ import annotations

import codecs
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cli.exits import UsageError
from cli.views.printable import printable

LARGEST = 2**20
"""Bytes; what the API takes."""

LONGEST_NAME = 255
STDIN = "-"

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n.*?^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_TITLE = re.compile(r"^title[ \t]*[:=][ \t]*(\S.*?)[ \t]*\r?$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)(?:[ \t]+#*)?[ \t]*$")


@dataclass(frozen=True, slots=True)
class Brief:
    """What a project is started with."""

    name: str
    text: str


def read(source: str, name: str | None) -> Brief:
    """The brief in a file, or on standard input for `-`; named by its first heading unless `name` is given.

    Raises:
        UsageError: it cannot be used; says why.
    """
    text = _text(_bytes(source), "standard input" if source == STDIN else source)
    if name is None:
        name = (_heading(text) or (Path(source).stem if source != STDIN else "brief"))[:LONGEST_NAME].strip()
    if not name.strip():
        raise UsageError("the name is empty")
    if len(name) > LONGEST_NAME:
        raise UsageError(f"the name has {len(name)} characters; {LONGEST_NAME} are allowed")
    if "\x00" in name:
        raise UsageError("the name has a NUL character in it")
    return Brief(name.strip(), text)


def _bytes(source: str) -> bytes:
    """As much as tells whether it is too large: a device or a pipe may never end."""
    if source == STDIN:
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        with Path(source).open("rb") as file:
            return _at_most(file)
    except FileNotFoundError:
        raise UsageError(f"there is no file {source}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {source!r}: {getattr(error, 'strerror', None) or error}") from None


def _at_most(file: BinaryIO) -> bytes:
    return file.read(LARGEST + 1)


def _text(content: bytes, source: str) -> str:
    if len(content) > LARGEST:
        raise UsageError(f"{source} is larger than a brief may be ({LARGEST // 2**20} MB)")
    encoding = _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise UsageError(f"{source} begins as {encoding.upper()} and goes on as something else") from error
        byte = content[error.start]
        raise UsageError(f"{source} is not text in UTF-8 or UTF-16: byte {error.start} is {byte:#04x}") from None
    if "\x00" in text:
        raise UsageError(f"{source} is not text: it has NUL bytes in it")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{source} has half a character of {encoding.upper()} in it") from None
    if not text.strip():
        raise UsageError(f"{source} is empty: write down what is wanted")
    return text


_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def _encoding(content: bytes) -> str:
    """The encoding that a byte order mark names, or that NUL bytes at every other place show; UTF-8 otherwise."""
    for mark, encoding in _MARKS.items():  # UTF-32's begins as UTF-16's does
        if content.startswith(mark):
            return encoding
    sample = content[:200]
    for encoding, nul, other in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        if len(nul) > 2 and nul.count(0) > len(nul) // 2 and 0 not in other:
            return encoding
    return "utf-8-sig"


def _heading(text: str) -> str | None:
    """What names the brief: its heading of level 1 where it has one of these, else the title of its front matter, else
    its first heading where it has none of level 1. Several of level 1 are sections."""
    front = _FRONT_MATTER.match(text)
    fence, headings = None, []
    for line in text[front.end() if front else 0 :].splitlines():
        if mark := _FENCE.match(line):
            fence = None if fence == mark[1] else fence or mark[1]
        elif fence is None and (found := _HEADING.match(line)):
            headings.append((len(found[1]), printable(found[2])))
    tops = [words for level, words in headings if level == 1]
    if len(tops) == 1:
        return tops[0]
    if front and (title := _TITLE.search(front[0])):
        return printable(title[1].strip("\"'"))
    return headings[0][1] if headings and not tops else None
