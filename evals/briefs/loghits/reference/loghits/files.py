"""Reads the lines of files, one at a time."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

STANDARD_INPUT = "-"


class WrongFileError(Exception):
    """A file cannot be read or decompressed."""


def lines(files: Iterable[str]) -> Iterator[str]:
    """Yield the lines of all files, without their ends."""
    for file in files:
        try:
            with _open(file) as stream:
                for line in stream:
                    yield line.rstrip(b"\r\n").decode(errors="replace")
        except (OSError, EOFError, zlib.error) as error:
            raise WrongFileError(f"{file}: {error}") from error


def _open(file: str) -> BinaryIO:
    if file == STANDARD_INPUT:
        return sys.stdin.buffer
    return cast(BinaryIO, gzip.open(file)) if file.endswith(".gz") else Path(file).open("rb")
