"""Paths of files that agents and people send: each stays below its folder and is a file of its own, on any system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_PATH_BYTES = 240
MAX_SEGMENT_BYTES = 120

_PORTS = {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789\u00b9\u00b2\u00b3"}
RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | _PORTS
"""Names of devices on Windows, whatever their ending and case."""

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")


def fault(paths: Iterable[str], longest: int = MAX_PATH_BYTES) -> str | None:
    """What is wrong with the paths of a set, for a person; None where they may be laid out."""
    folders: dict[str, str] = {}
    seen: dict[str, str] = {}
    for path in paths:
        if found := _fault_of(path, longest):
            return f"{shown(path)} {found}"
        key = _key(path)
        if key in seen:
            twin = seen[key]
            return f"{shown(path)} is there twice" if twin == path else f"{shown(path)} and {shown(twin)} are one name"
        seen[key] = path
        parts = key.split("/")
        folders.update(("/".join(parts[:depth]), path) for depth in range(1, len(parts)))
    for key in folders.keys() & seen.keys():
        return f"{shown(seen[key])} is a file and a folder"
    return None


def shown(path: str) -> str:
    return ascii(path if len(path) <= 80 else path[:77] + "...")


def _key(path: str) -> str:
    """Names that differ in case, or in how an accent is written, are one file on many disks."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _fault_of(path: str, longest: int) -> str | None:
    if _FORBIDDEN.search(path):
        return "has a backslash or a control character"
    if path.startswith("/"):
        return "is absolute"
    segments = path.split("/")
    if any(segment in ("", ".", "..") for segment in segments):
        return "has an empty, '.' or '..' part"
    try:
        sizes = [len(segment.encode()) for segment in segments]
    except UnicodeEncodeError:
        return "is not a name that UTF-8 can hold"
    if max(sizes) > MAX_SEGMENT_BYTES or sum(sizes) + len(sizes) - 1 > longest:
        return "is too long"
    if ":" in path:
        return "has a colon, which names a drive or a stream on Windows"
    for segment in segments:
        if segment.endswith((".", " ")):
            return "has a part that ends with a dot or a space, which Windows drops"
        if segment.split(".")[0].rstrip(" ").casefold() in RESERVED:
            return "has the name of a device on Windows"
        if segment.casefold() == ".git":
            return "would be a repository's own, whose hooks git runs"
    return None
