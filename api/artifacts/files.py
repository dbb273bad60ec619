"""The files inside an artifact: a file set or a zip, neither of which is trusted."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.errors import ConflictError, NotFoundError
from artifacts import file_sets, zips
from artifacts.errors import InvalidArtifactError
from artifacts.media_types import FILES, ZIP
from models.contracts.contract import storable

_SUPPORTED_COMPRESSION = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""The other methods can ask for more memory than the machine has before a byte is read."""

_ENCRYPTED = 1


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file and its size in bytes, which a zip may state wrongly."""

    path: str
    size: int


def contains_files(media_type: str) -> bool:
    return media_type in (FILES, ZIP)


def list_files(media_type: str, body: bytes) -> list[FileEntry]:
    """Return the files of a file set or a zip, sorted by path. Can be slow: run it in the `ProcessPool`.

    Raises:
        ConflictError: it cannot be read, or has too many files.
    """
    with _conflict_if_invalid():
        if media_type == FILES:
            return [FileEntry(path, len(text.encode())) for path, text in file_sets.unpack(body).items()]
        with zips.open_zip(body) as archive:
            return [FileEntry(path, entry.file_size) for path, entry in sorted(_file_entries(archive).items())]


def read_file(media_type: str, body: bytes, path: str, limit: int) -> bytes:
    """Return one file, or its first `limit` bytes if it is longer. Can be slow: run it in the `ProcessPool`.

    Raises:
        NotFoundError: there is no file with that path.
        ConflictError: it cannot be read, or has too many files.
    """
    with _conflict_if_invalid():
        if media_type == FILES:
            text = file_sets.unpack(body).get(path)
            if text is None:
                raise _file_not_found(path)
            return text.encode()[:limit]
        with zips.open_zip(body) as archive:
            entry = _file_entries(archive).get(path)
            if entry is None:
                raise _file_not_found(path)
            if entry.compress_type not in _SUPPORTED_COMPRESSION or entry.flag_bits & _ENCRYPTED:
                raise ConflictError(
                    "The file cannot be read: it is encrypted, or compressed with a method other than deflate."
                )
            with archive.open(entry) as file:
                return file.read(limit)


@contextmanager
def _conflict_if_invalid() -> Iterator[None]:
    try:
        yield
    except InvalidArtifactError as error:
        raise ConflictError(storable(str(error))) from None


def _file_entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the entries that are files and have a name; of several with one path the last, as unpacking would."""
    return {path: entry for path, entry in archive.NameToInfo.items() if path and not path.endswith("/")}


def _file_not_found(path: str) -> NotFoundError:
    return NotFoundError.of("file", storable(path if len(path) <= 100 else f"{path[:100]}..."))
