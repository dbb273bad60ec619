"""Zip archives: read without trusting them, checked before they are unpacked, and written reproducibly."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from artifacts import paths
from artifacts.errors import InvalidArtifactError
from config.sizes import format_size

MAX_FILES = 10_000
MAX_TOTAL_BYTES = 256 * 2**20
"""All files together, unpacked."""

MAX_PATH_BYTES = paths.MAX_PATH_BYTES + 1 + paths.MAX_SEGMENT_BYTES
"""A path of a file set, below one folder of the zip."""

_ENTRY_SIGNATURE = b"PK\x01\x02"
"""How each entry of a zip's central directory begins."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can store."""

_FILE_MODE = 0o100644 << 16
_UNIX = 3


@contextmanager
def open_zip(content: bytes) -> Iterator[zipfile.ZipFile]:
    """Open a zip for reading.

    Raises:
        InvalidArtifactError: it has more than `MAX_FILES` files, or it cannot be read. Errors raised inside the block
            are converted, too.
    """
    # Counted first: zipfile would build an object for each of millions of entries.
    if content.count(_ENTRY_SIGNATURE) > MAX_FILES:
        raise InvalidArtifactError(f"The zip has more than {MAX_FILES:,} files.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive
    except InvalidArtifactError:
        raise
    # zipfile raises more for a broken archive than it documents.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise InvalidArtifactError(f"The zip cannot be read: {str(error)[:200]}") from error


def check(content: bytes) -> None:
    """Check that the zip is safe to unpack: every path stays below its folder, and every entry is a file or a folder.

    Raises:
        InvalidArtifactError: it breaks a rule, or cannot be read.
    """
    with open_zip(content) as archive:
        check_entries(archive, archive.infolist())


def check_entries(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Check that these entries of an open zip are safe to unpack, as `check` does for all.

    Raises:
        InvalidArtifactError: one breaks a rule.
    """
    # `orig_filename` is the name as stored; `filename` ends at a NUL and has its slashes changed.
    names = [entry.orig_filename for entry in entries]
    files = [name for name in names if not name.endswith("/")]
    folders = {name[:-1] for name in names if name.endswith("/")}
    for group in (files, sorted(folders)):
        if problem := paths.find_problem(group, MAX_PATH_BYTES):
            raise _refused(problem)
    for entry in entries:
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refused(f"{paths.quote(entry.orig_filename)} is a link or a device")
        # Some tools unpack by the name in the local header instead of the directory: opening compares the two.
        archive.open(entry).close()
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise _refused(f"it is larger than {format_size(MAX_TOTAL_BYTES)} when unpacked")


def read_files(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of each file.

    Raises:
        InvalidArtifactError: the zip cannot be read.
    """
    with open_zip(content) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                yield entry.filename, archive.read(entry)


def create_zip(into: IO[bytes]) -> zipfile.ZipFile:
    """Return an empty archive that writes to `into`; add files with `add_file`."""
    return zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED)


def add_file(archive: zipfile.ZipFile, path: str, body: bytes) -> None:
    """Add a file. The same files in the same order always make the same bytes, whatever the time and the system."""
    entry = zipfile.ZipInfo(path, date_time=_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = _FILE_MODE
    archive.writestr(entry, body)


def pack(files: Mapping[str, str], root: str = "") -> bytes:
    """Return a zip of the text files, with a `root` in one folder of that name, as pip expects of a source archive."""
    buffer = io.BytesIO()
    with create_zip(buffer) as archive:
        for path in sorted(files):
            add_file(archive, f"{root}/{path}" if root else path, files[path].encode())
    return buffer.getvalue()


def unpack(content: bytes, root: str) -> dict[str, str]:
    """Return the text files of a zip that `pack` made."""
    return {path.removeprefix(f"{root}/"): body.decode() for path, body in read_files(content)}


def _refused(reason: str) -> InvalidArtifactError:
    return InvalidArtifactError(f"The zip was rejected: {reason}.")
