"""The file `.env` in the working directory, from which settings and the providers' keys are read."""

from __future__ import annotations

import codecs
from contextlib import suppress
from pathlib import Path

from dotenv.parser import parse_stream

DOTENV = Path(".env")


class EnvFileError(Exception):
    """`.env` cannot be read. The message names the line, and contains nothing of it."""


def detect_encoding(file: Path = DOTENV) -> str | None:
    """Return the encoding of a settings file: UTF-8, or one that Windows editors use.

    Raises:
        EnvFileError: it exists and cannot be read, or has a line that python-dotenv would only log, without naming the
            file, and skip.
    """
    try:
        encoding = _encoding(file)
        _check_lines(file, encoding)
    except OSError as error:
        raise EnvFileError(f"{file} cannot be read: {error.strerror}") from None
    return encoding


def _check_lines(file: Path, encoding: str | None) -> None:
    if not file.is_file():
        return
    with file.open(encoding=encoding or "utf-8", errors="replace") as stream:
        for binding in parse_stream(stream):
            if binding.error:
                text = binding.original.string  # begins with the blank lines before it
                line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
                raise EnvFileError(f"{file}, line {line}: not NAME=value, or a quote is not closed")


def _encoding(file: Path) -> str:
    text = file.read_bytes() if file.is_file() else b""
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            text.decode(encoding)
            return encoding
    return "latin-1"
