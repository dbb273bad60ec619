"""File paths from agents and people, checked: each stays below its folder and is a distinct file on every system. And
names for files of ours that are made from theirs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_PATH_BYTES = 240
MAX_SEGMENT_BYTES = 120

_PORTS = {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789\u00b9\u00b2\u00b3"}
RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | _PORTS
"""Device names on Windows, which ignores case and what follows the first dot."""

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")


def find_problem(paths: Iterable[str], max_bytes: int = MAX_PATH_BYTES) -> str | None:
    """Return what makes the paths unsafe to write to one folder, as a phrase for people, or None if they are safe."""
    folders: dict[str, str] = {}
    files: dict[str, str] = {}
    for path in paths:
        if problem := _find_path_problem(path, max_bytes):
            return f"{quote(path)} {problem}"
        key = _file_system_key(path)
        if (other := files.get(key)) is not None:
            if other == path:
                return f"{quote(path)} appears twice"
            return f"{quote(path)} and {quote(other)} are the same file on some systems"
        files[key] = path
        segments = key.split("/")
        folders.update(("/".join(segments[:depth]), path) for depth in range(1, len(segments)))
    for key in folders.keys() & files.keys():
        return f"{quote(files[key])} is both a file and a folder"
    return None


def quote(path: str) -> str:
    """Return the path for a message: in quotes, in ASCII, and not too long."""
    return ascii(path if len(path) <= 80 else path[:77] + "...")


def slug(text: str, max_length: int = 60) -> str:
    """Return a name of lower-case ASCII letters, digits and hyphens, which is safe in every file system and header, or
    an empty string if no character is left. Letters lose their accents."""
    return re.sub(r"[^a-z0-9]+", "-", fold_to_ascii(text)).strip("-")[:max_length].strip("-")


def fold_to_ascii(text: str) -> str:
    """Return the text in lower case without accents; what is not ASCII then is left out."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def _file_system_key(path: str) -> str:
    """Return a key that is equal for names that are one file on many disks: case and composed accents are ignored."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _find_path_problem(path: str, max_bytes: int) -> str | None:
    if _FORBIDDEN.search(path):
        return "contains a backslash or a control character"
    if path.startswith("/"):
        return "is an absolute path"
    segments = path.split("/")
    if any(segment in ("", ".", "..") for segment in segments):
        return "has an empty, '.' or '..' segment"
    try:
        sizes = [len(segment.encode()) for segment in segments]
    except UnicodeEncodeError:
        return "cannot be encoded as UTF-8"
    if max(sizes) > MAX_SEGMENT_BYTES or sum(sizes) + len(sizes) - 1 > max_bytes:
        return "is too long"
    if ":" in path:
        return "contains a colon, which names a drive or a stream on Windows"
    for segment in segments:
        if segment.endswith((".", " ")):
            return "has a segment that ends with a dot or a space, which Windows drops"
        if segment.split(".")[0].rstrip(" ").casefold() in RESERVED:
            return "contains the name of a Windows device"
        if segment.casefold() == ".git":
            return "is in a .git folder, whose hooks Git would run"
    return None
