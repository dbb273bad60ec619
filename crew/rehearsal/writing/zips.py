"""Zips of text files: the same files always make the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

# The earliest time that a zip can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16


def zip_files(root: str, files: Mapping[str, str]) -> bytes:
    """Return a zip of the files in one folder named `root`, the layout that pip expects of sources."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{root}/{path}", date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is written
            entry.external_attr = _MODE
            archive.writestr(entry, files[path].encode())
    return buffer.getvalue()


def unzip(content: bytes, root: str) -> dict[str, str]:
    """Return the files of such a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.removeprefix(f"{root}/"): archive.read(name).decode() for name in archive.namelist()}
