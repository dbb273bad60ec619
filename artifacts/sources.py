"""The code that a project begins from: the text files of a folder or a zip, without repositories and caches."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, TypeAlias

from artifacts import file_sets, zips
from artifacts.errors import InvalidArtifactError
from config.sizes import format_size

IGNORED = frozenset(
    [
        *(".git", ".hg", ".svn", ".bzr"),
        *("__pycache__", ".venv", ".tox", ".nox", ".eggs", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
        *("node_modules", ".botarmy", ".ds_store"),
    ]
)
"""Names of folders and files that nobody wrote for others to read."""

_SECRETS = re.compile(
    r"\.env(?!\.(?:example|sample|template|dist)$)(?:\..+)?|\.(?:netrc|pypirc|git-credentials|ssh|aws)"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)(?:\..+)?|.+\.(?:pem|p12|pfx|keystore|jks)",
    re.IGNORECASE,
)
"""Names of folders and files that usually hold secrets."""

Entry: TypeAlias = tuple[str, Callable[[], IO[bytes]] | None]
"""A path below the source, and how its content is opened; None for a link or a device, which is never followed."""


@dataclass(frozen=True, slots=True)
class Source:
    """A checked file set, sorted by path. `left_out` has the paths of links, devices and what is not text in UTF-8,
    `ignored` those of folders and files that are ignored by their names."""

    files: dict[str, str]
    left_out: tuple[str, ...]
    ignored: tuple[str, ...]


def ignored_part(path: str) -> str | None:
    """Return the folder or file in a path that is ignored, or None."""
    segments = path.split("/")
    for depth, segment in enumerate(segments, 1):
        if segment.casefold() in IGNORED or _SECRETS.fullmatch(segment):
            return "/".join(segments[:depth])
    return None


def gather(entries: Iterable[Entry]) -> Source:
    """Read the entries that are text.

    Raises:
        InvalidArtifactError: there are none, or they are too large or too many, or a path breaks a rule.
        OSError: an entry cannot be read.
    """
    files, left_out, ignored, total = dict[str, str](), set[str](), set[str](), 0
    for path, open_it in entries:
        if (part := ignored_part(path)) is not None:
            ignored.add(part)
            continue
        name = path.encode(errors="backslashreplace").decode()  # a name that is not UTF-8 is not text, either
        text = _read_text(open_it) if open_it is not None and name == path else None
        if text is None:
            left_out.add(name)
            continue
        files[path] = text
        total += len(text)
        if total > file_sets.MAX_TOTAL_BYTES or len(files) > file_sets.MAX_FILES:
            break  # the check says so
    if not files:
        raise InvalidArtifactError("The source has no files of text.")
    file_sets.check(files)
    return Source(dict(sorted(files.items())), tuple(sorted(left_out)), tuple(sorted(ignored)))


def read_zip(content: bytes) -> Source:
    """Read a zip that a person made.

    Raises:
        InvalidArtifactError: it cannot be read, or it is not safe to unpack, or as for `gather`.
    """
    with zips.open_zip(content) as archive:
        found = [each for each in archive.infolist() if not each.is_dir()]
        links = {each.orig_filename for each in found if stat.S_ISLNK(each.external_attr >> 16)}
        unchecked = [each for each in found if ignored_part(each.orig_filename) or each.orig_filename in links]
        zips.check_entries(archive, [each for each in found if each not in unchecked])
        return gather((each.orig_filename, _opener(archive, each, links)) for each in found)


def _opener(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, links: set[str]) -> Callable[[], IO[bytes]] | None:
    return None if entry.orig_filename in links else partial(archive.open, entry)


def without_root(source: Source) -> Source:
    """Return the source without the one folder that holds everything, as in a zip of a repository. A package is kept:
    its folder is part of its name."""
    roots = {path.partition("/")[0] for path in source.files}
    root = f"{next(iter(roots))}/"
    if len(roots) > 1 or not all(path.startswith(root) for path in source.files):
        return source
    if {f"{root}__init__.py", f"{root}__main__.py"} & source.files.keys():
        return source
    return replace(source, files={path.removeprefix(root): text for path, text in source.files.items()})


def _read_text(open_it: Callable[[], IO[bytes]]) -> str | None:
    """Return a file's text, or None if it is not text.

    Raises:
        InvalidArtifactError: it is larger than a whole file set may be.
    """
    with open_it() as file:
        body = file.read(file_sets.MAX_TOTAL_BYTES + 1)
    if b"\0" in body:
        return None
    if len(body) > file_sets.MAX_TOTAL_BYTES:
        raise InvalidArtifactError(f"The source is larger than {format_size(file_sets.MAX_TOTAL_BYTES)}.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
