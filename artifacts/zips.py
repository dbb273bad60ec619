"""Zips that agents and people send: looked into before anybody unpacks them."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib

from artifacts import paths
from artifacts.errors import InvalidArtifactError

MAX_FILES = 10_000
MAX_TOTAL_BYTES = 256 * 1024 * 1024
"""All files together, unpacked."""

MAX_PATH_BYTES = paths.MAX_PATH_BYTES + 1 + paths.MAX_SEGMENT_BYTES
"""Of a file set's path in a folder of the zip's own."""

_ENTRY = b"PK\x01\x02"
"""What each entry in a zip's directory begins with."""


def check(content: bytes) -> None:
    """Whether the zip may be unpacked: every path stays below its folder, and there is nothing but files and folders.

    Raises:
        InvalidArtifactError: it breaks a rule, or cannot be read.
    """
    if content.count(_ENTRY) > MAX_FILES:
        raise _refused(f"it has more than {MAX_FILES} files")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive)
    # What the standard library raises for broken ones is more than it says.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise _refused("it is not a zip that can be read") from error


def _check_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    # `orig_filename` is the name as it stands there; `filename` ends at a NUL and has its slashes changed.
    names = [one.orig_filename for one in entries]
    files = [name for name in names if not name.endswith("/")]
    folders = {name[:-1] for name in names if name.endswith("/")}
    for some in (files, sorted(folders)):
        if reason := paths.fault(some, MAX_PATH_BYTES):
            raise _refused(reason)
    for one in entries:
        if stat.S_IFMT(one.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refused(f"{paths.shown(one.orig_filename)} is a link or a device")
        # Whoever unpacks may go by the name before the file instead of the one in the directory: opening compares them.
        archive.open(one).close()
    if sum(one.file_size for one in entries) > MAX_TOTAL_BYTES:
        raise _refused(f"it is larger than {MAX_TOTAL_BYTES} bytes when unpacked")


def _refused(reason: str) -> InvalidArtifactError:
    return InvalidArtifactError(f"The zip is refused: {reason}.")
