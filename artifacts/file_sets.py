"""Sets of text files, the FILES media type: written, read, and safe to lay out in a folder.

Nothing that an agent or a person sends is trusted: every set is checked as a whole before a byte of it is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from artifacts import paths
from artifacts.errors import InvalidArtifactError

MAX_FILES = 1_000
MAX_TOTAL_BYTES = 8 * 1024 * 1024


def pack(files: Mapping[str, str]) -> bytes:
    """The set as FILES content: the same set is always the same bytes.

    Raises:
        InvalidArtifactError: a path or the set breaks a rule.
    """
    check(files)
    return json.dumps({"files": dict(sorted(files.items()))}, ensure_ascii=False, indent=1).encode()


def unpack(content: bytes) -> dict[str, str]:
    """The checked set in FILES content, sorted by path.

    Raises:
        InvalidArtifactError: the content is no file set, or a path or the set breaks a rule.
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
        InvalidArtifactError: a path or the set breaks a rule.
    """
    if not files:
        raise _refused("it is empty")
    if len(files) > MAX_FILES:
        raise _refused(f"it has {len(files)} files, more than {MAX_FILES}")
    if reason := paths.fault(files):
        raise _refused(reason)
    total = 0
    for path, text in files.items():
        try:
            total += len(text.encode())
        except UnicodeEncodeError as error:
            raise _refused(f"{paths.shown(path)} is not text that UTF-8 can hold") from error
        if total > MAX_TOTAL_BYTES:
            raise _refused(f"it is larger than {MAX_TOTAL_BYTES} bytes")


def _refused(reason: str) -> InvalidArtifactError:
    return InvalidArtifactError(f"The file set is refused: {reason}.")
