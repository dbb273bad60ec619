"""Sets of text files, the FILES media type: packed, unpacked, and safe to write to a folder.

Every set is checked as a whole before any of its content is used: agents and people are not trusted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from artifacts import paths
from artifacts.errors import InvalidArtifactError
from config.sizes import format_size

MAX_FILES = 1_000
MAX_TOTAL_BYTES = 8 * 2**20


def pack(files: Mapping[str, str]) -> bytes:
    """Return the set as FILES content. The same set always packs to the same bytes.

    Raises:
        InvalidArtifactError: a path or the set breaks a rule.
    """
    check(files)
    return json.dumps({"files": dict(sorted(files.items()))}, ensure_ascii=False, indent=1).encode()


def unpack(content: bytes) -> dict[str, str]:
    """Return the checked set in FILES content, sorted by path.

    Raises:
        InvalidArtifactError: the content is not a file set, or a path or the set breaks a rule.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _invalid("it is not UTF-8 JSON") from error
    files = document.get("files") if isinstance(document, dict) else None
    if not isinstance(files, dict):
        raise _invalid('it has no "files" object')
    if not all(isinstance(text, str) for text in files.values()):
        raise _invalid("the content of a file is not a string")
    check(files)
    return dict(sorted(files.items()))


def check(files: Mapping[str, str]) -> None:
    """Check that the set is safe to write to a folder: every path stays below it, and no file overwrites another.

    Raises:
        InvalidArtifactError: a path or the set breaks a rule.
    """
    if not files:
        raise _invalid("it is empty")
    if len(files) > MAX_FILES:
        raise _invalid(f"it has {len(files):,} files; the limit is {MAX_FILES:,}")
    if problem := paths.find_problem(files):
        raise _invalid(problem)
    total = 0
    for path, text in files.items():
        try:
            total += len(text.encode())
        except UnicodeEncodeError as error:
            raise _invalid(f"the text of {paths.quote(path)} cannot be encoded as UTF-8") from error
        if total > MAX_TOTAL_BYTES:
            raise _invalid(f"it is larger than {format_size(MAX_TOTAL_BYTES)}")


def _invalid(reason: str) -> InvalidArtifactError:
    return InvalidArtifactError(f"The file set was rejected: {reason}.")
