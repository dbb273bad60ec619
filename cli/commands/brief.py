"""The brief: a Markdown file, checked before the API is called."""

from __future__ import annotations

import codecs
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from cli.errors import UsageError
from cli.views.printable import printable
from config.sizes import format_size
from models.contracts.contract import refuse_other_formats

MAX_BYTES = 2**20
"""The limit of the API."""

MAX_NAME = 255
STDIN = "-"

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n.*?^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_TITLE = re.compile(r"^title[ \t]*[:=][ \t]*(\S.*?)[ \t]*\r?$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)(?:[ \t]+#*)?[ \t]*$")


@dataclass(frozen=True, slots=True)
class Brief:
    """The name and description of a new project."""

    name: str
    text: str


def read(source: str, name: str | None) -> Brief:
    """Read the brief from a file, or from standard input for `-`; its heading is the name unless `name` is given.

    Raises:
        UsageError: the brief or the name cannot be used; the message says why.
    """
    text = _text(_bytes(source), "standard input" if source == STDIN else source)
    if name is None:
        name = (_heading(text) or (Path(source).stem if source != STDIN else "brief"))[:MAX_NAME].strip()
    if not name.strip():
        raise UsageError("the name is empty")
    if len(name) > MAX_NAME:
        raise UsageError(f"the name has {len(name)} characters; at most {MAX_NAME} are allowed")
    if "\x00" in name:
        raise UsageError("the name contains a NUL character")
    return Brief(name.strip(), text)


def _bytes(source: str) -> bytes:
    """Read one byte more than is allowed, at most: a device or a pipe may never end."""
    if source == STDIN:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(source).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"the file {source} does not exist") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {source!r}: {getattr(error, 'strerror', None) or error}") from None


def _text(content: bytes, source: str) -> str:
    if len(content) > MAX_BYTES:
        raise UsageError(f"{source} is larger than {format_size(MAX_BYTES)}, the limit of a brief")
    encoding = _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise UsageError(f"{source} starts as {encoding.upper()}, but is not valid {encoding.upper()}") from error
        byte = content[error.start]
        where = f"invalid byte {byte:#04x} at offset {error.start}"
        raise UsageError(f"{source} is not text in UTF-8 or UTF-16: {where}") from None
    if "\x00" in text:
        raise UsageError(f"{source} is not text: it contains NUL bytes")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{source} contains an incomplete {encoding.upper()} character") from None
    try:
        refuse_other_formats(text)
    except ValueError as error:
        raise UsageError(f"{source} {error}") from None
    if not text.strip():
        raise UsageError(f"{source} is empty: describe what you want")
    return text


_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def _encoding(content: bytes) -> str:
    """Return the encoding of the byte order mark, or UTF-16 if every other byte is NUL, else UTF-8."""
    for mark, encoding in _MARKS.items():  # UTF-32 first: its mark starts with that of UTF-16
        if content.startswith(mark):
            return encoding
    sample = content[:200]
    for encoding, nul, other in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        if len(nul) > 2 and nul.count(0) > len(nul) // 2 and 0 not in other:
            return encoding
    return "utf-8-sig"


def _heading(text: str) -> str | None:
    """Return the brief's title: its only heading of level 1, else the title of its front matter, else its first heading
    if none has level 1. Several headings of level 1 are sections."""
    front = _FRONT_MATTER.match(text)
    fence, headings = None, []
    for line in text[front.end() if front else 0 :].splitlines():
        if mark := _FENCE.match(line):
            fence = None if fence == mark[1] else fence or mark[1]
        elif fence is None and (found := _HEADING.match(line)):
            headings.append((len(found[1]), printable(found[2])))
    titles = [text for level, text in headings if level == 1]
    if len(titles) == 1:
        return titles[0]
    if front and (title := _TITLE.search(front[0])):
        return printable(title[1].strip("\"'"))
    return headings[0][1] if headings and not titles else None
