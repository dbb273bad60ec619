"""The brief: a Markdown file, checked before anything is asked of the API."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cli.exits import UsageError
from cli.printable import printable

LARGEST = 2**20
"""Bytes; what the API takes."""

LONGEST_NAME = 255
STDIN = "-"

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n.*?^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#*)?[ \t]*$")


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
    if b"\x00" in content:
        raise UsageError(f"{source} is no text: it has NUL bytes in it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source} is no text in UTF-8: byte {error.start} is {content[error.start]:#04x}") from None
    if not text.strip():
        raise UsageError(f"{source} is empty: write down what is wanted")
    return text


def _heading(text: str) -> str | None:
    fence = None
    for line in _FRONT_MATTER.sub("", text, count=1).splitlines():
        if mark := _FENCE.match(line):
            fence = None if fence == mark[1] else fence or mark[1]
        elif fence is None and (found := _HEADING.match(line)):
            return printable(found[1])
    return None
