"""Sets of text files, the FILES media type: written, read, and safe to lay out in a folder.

Nothing that an agent or a person sends is trusted: every set is checked as a whole before a byte of it is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from activities.agents.protocol import AgentError

MAX_FILES = 1_000
MAX_PATH_BYTES = 240
MAX_SEGMENT_BYTES = 120
MAX_TOTAL_BYTES = 8 * 1024 * 1024

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")
_DRIVE = re.compile(r"^[A-Za-z]:")


def pack(files: Mapping[str, str]) -> bytes:
    """The set as FILES content: the same set is always the same bytes.

    Raises:
        AgentError: a path or the set breaks a rule (not retryable).
    """
    check(files)
    return json.dumps({"files": dict(sorted(files.items()))}, ensure_ascii=False, indent=1).encode()


def unpack(content: bytes) -> dict[str, str]:
    """The checked set in FILES content, sorted by path.

    Raises:
        AgentError: the content is no file set, or a path or the set breaks a rule (not retryable).
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _refused("it is not UTF-8 JSON") from error
    files = document.get("files") if isinstance(document, dict) else None
    if not isinstance(files, dict):
        raise _refused('it has no "files" object')
    if not all(isinstance(text, str) for text in files.values()):
        raise _refused("a file's content is not text")
    check(files)
    return dict(sorted(files.items()))


def check(files: Mapping[str, str]) -> None:
    """Whether the set may be laid out in a folder: every path stays below it, and no file overwrites another.

    Raises:
        AgentError: a path or the set breaks a rule (not retryable).
    """
    if not files:
        raise _refused("it is empty")
    if len(files) > MAX_FILES:
        raise _refused(f"it has {len(files)} files, more than {MAX_FILES}")
    folders: set[str] = set()
    seen: dict[str, str] = {}
    total = 0
    for path, text in files.items():
        _check_path(path)
        # Two names that differ in case only are one file on many disks: the second would overwrite the first.
        twin = seen.setdefault(path.casefold(), path)
        if twin != path:
            raise _refused(f"{_shown(path)} and {_shown(twin)} differ in case only")
        parts = path.casefold().split("/")
        folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
        try:
            total += len(text.encode())
        except UnicodeEncodeError as error:
            raise _refused(f"{_shown(path)} is not text that UTF-8 can hold") from error
        if total > MAX_TOTAL_BYTES:
            raise _refused(f"it is larger than {MAX_TOTAL_BYTES} bytes")
    for key in folders & seen.keys():
        raise _refused(f"{_shown(seen[key])} is a file and a folder")


def _check_path(path: str) -> None:
    if _FORBIDDEN.search(path):
        raise _refused(f"{_shown(path)} has a backslash or a control character")
    if path.startswith("/") or _DRIVE.match(path):
        raise _refused(f"{_shown(path)} is absolute")
    segments = path.split("/")
    if any(segment in ("", ".", "..") for segment in segments):
        raise _refused(f"{_shown(path)} has an empty, '.' or '..' part")
    try:
        sizes = [len(segment.encode()) for segment in segments]
    except UnicodeEncodeError as error:
        raise _refused(f"{_shown(path)} is not a name that UTF-8 can hold") from error
    if max(sizes) > MAX_SEGMENT_BYTES or sum(sizes) + len(sizes) - 1 > MAX_PATH_BYTES:
        raise _refused(f"{_shown(path)} is too long")


def _shown(path: str) -> str:
    return ascii(path if len(path) <= 80 else path[:77] + "...")


def _refused(reason: str) -> AgentError:
    return AgentError(f"The file set is refused: {reason}.", retryable=False)
