"""Artifacts that hold files: file sets and zips. Nothing in them is trusted."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.errors import ConflictError, NotFoundError
from artifacts import file_sets
from artifacts.errors import InvalidArtifactError
from artifacts.media_types import FILES, ZIP
from models.contracts.contract import storable

MAX_ENTRIES = 10_000
"""Most files that a zip may have to be looked into; a file set has `files.MAX_FILES` at most."""

_ENTRY = b"PK\x01\x02"
"""What each entry in a zip's directory begins with."""

# The others may ask for more memory than there is, before a byte is read.
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file; a zip may lie about its size, which is in bytes."""

    path: str
    size: int


def holds_files(media_type: str) -> bool:
    return media_type in (FILES, ZIP)


def entries(media_type: str, body: bytes) -> list[Entry]:
    """The files of a file set or a zip, by path. Takes its time: use `ContentProcesses`.

    Raises:
        ConflictError: it cannot be read, or holds too many.
    """
    if media_type == FILES:
        return [Entry(path, len(text.encode())) for path, text in _unpacked(body).items()]
    with _opened(body) as archive:
        return [Entry(path, entry.file_size) for path, entry in sorted(_files(archive).items())]


def read(media_type: str, body: bytes, path: str, limit: int) -> bytes:
    """One file of it, or the first `limit` bytes of a longer one. Takes its time: use `ContentProcesses`.

    Raises:
        NotFoundError: there is no file of that path.
        ConflictError: it cannot be read, or holds too many.
    """
    if media_type == FILES:
        found = _unpacked(body).get(path)
        if found is None:
            raise _no_file(path)
        return found.encode()[:limit]
    with _opened(body) as archive:
        entry = _files(archive).get(path)
        if entry is None:
            raise _no_file(path)
        if entry.compress_type not in _READABLE or entry.flag_bits & 1:
            raise ConflictError(
                "The file is packed in a way that is not read here: encrypted, or neither stored nor deflated."
            )
        with archive.open(entry) as file:
            return file.read(limit)


def _unpacked(body: bytes) -> dict[str, str]:
    try:
        return file_sets.unpack(body)
    except InvalidArtifactError as error:
        raise ConflictError(str(error)) from None


@contextmanager
def _opened(body: bytes) -> Iterator[zipfile.ZipFile]:
    if body.count(_ENTRY) > MAX_ENTRIES:
        raise ConflictError(f"The zip holds more than {MAX_ENTRIES:,} files, which is too many to look into.")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            yield archive
    # What the standard library raises for broken ones is more than it says.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise ConflictError(f"The zip cannot be read: {storable(str(error))[:200]}") from None


def _files(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Without folders, and what has no name at all; of several under one path the last, as unpacking would have it."""
    return {path: entry for path, entry in archive.NameToInfo.items() if path and not path.endswith("/")}


def _no_file(path: str) -> NotFoundError:
    shown = path if len(path) <= 100 else f"{path[:100]}..."
    return NotFoundError.of("file", storable(shown))
