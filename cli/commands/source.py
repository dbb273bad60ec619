"""The code that a project begins from: a folder, a zip or a git bundle, read before the API is called."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO

from artifacts import sources
from artifacts.errors import InvalidArtifactError
from artifacts.sources import Entry
from cli.client.projects import source_body
from cli.commands.git import GitError, git
from cli.errors import UsageError
from config.sizes import format_count, format_size

MAX_ARCHIVE = 256 * 2**20
"""Bytes of a zip or a bundle."""

_BUNDLE = b"# v"
"""How a git bundle begins: `# v2 git bundle`."""

_LISTED = 20
"""Paths that a message names."""


@dataclass(frozen=True, slots=True)
class SourceUpload:
    """The body of the API's request, and a line about it for the person."""

    body: dict[str, str]
    summary: str


def read(path: Path) -> SourceUpload:
    """Read a source.

    Raises:
        UsageError: it cannot be used; the message says why.
    """
    try:
        source = _read(path)
    except (InvalidArtifactError, GitError) as error:
        raise UsageError(f"cannot begin from {path}: {error}") from None
    except OSError as error:
        raise UsageError(f"cannot read {error.filename or path}: {error.strerror or error}") from None
    summary = f"Begins from {format_count(len(source.files), 'file')} of {path}.{_left_out(source)}"
    return SourceUpload(source_body(source.files), summary)


def _left_out(source: sources.Source) -> str:
    paths = [*source.left_out, *source.ignored]
    more = f" and {len(paths) - _LISTED} more" if len(paths) > _LISTED else ""
    return f" Left out: {', '.join(paths[:_LISTED])}{more}." if paths else ""


def _read(path: Path) -> sources.Source:
    if path.is_dir():
        return read_folder(path)
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not a folder, a zip or a git bundle")
    with path.open("rb") as file:
        content = file.read(MAX_ARCHIVE + 1)
    if len(content) > MAX_ARCHIVE:
        raise UsageError(f"{path} is larger than {format_size(MAX_ARCHIVE)}")
    if content.startswith(_BUNDLE) and b" git bundle\n" in content[:20]:
        return _read_bundle(path)
    if not content.startswith(b"PK"):
        raise UsageError(f"{path} is not a folder, a zip or a git bundle")
    return sources.without_root(sources.read_zip(content))


def read_folder(root: Path) -> sources.Source:
    """Read the files that git tracks, as they are now, if the folder belongs to a repository; else all of them."""
    tracked = _tracked(root)
    source = sources.gather(_entry(root, path) for path in tracked or _walk(root))
    if not tracked:
        return source
    untracked = [f"{path} (untracked)" for path in _list(root, "--others", "--exclude-standard", "--directory")]
    return replace(source, left_out=(*source.left_out, *untracked))


def _tracked(root: Path) -> list[str]:
    """Return the tracked files that are there; none without git, outside of a repository, or if nothing is tracked."""
    try:
        return [path for path in _list(root, "--cached") if os.path.lexists(root / path)]
    except GitError:
        return []


def _list(root: Path, *which: str) -> list[str]:
    listed = git("-C", root, "ls-files", "-z", *which).split(b"\0")
    return list(dict.fromkeys(os.fsdecode(path) for path in listed if path))


def _walk(root: Path) -> Iterator[str]:
    """Yield all files, and the folders that are not entered: links, and those that are ignored."""
    for folder, names, files in os.walk(root, onerror=_fail):
        below = Path(folder).relative_to(root)
        closed = [name for name in names if sources.ignored_part(name) or (Path(folder) / name).is_symlink()]
        names[:] = sorted(set(names) - set(closed))
        yield from ((below / name).as_posix() for name in sorted([*closed, *files]))


def _fail(error: OSError) -> None:
    raise error


def _entry(root: Path, path: str) -> Entry:
    """Return an entry, which is not followed if it, or a folder on the way to it, is a link."""
    parts = Path(path).parts
    folders = (root.joinpath(*parts[:depth]) for depth in range(1, len(parts)))
    is_file = stat.S_ISREG((root / path).lstat().st_mode) and not any(folder.is_symlink() for folder in folders)
    return path, partial(_open, root / path) if is_file else None


def _open(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _read_bundle(bundle: Path) -> sources.Source:
    """Check a bundle's HEAD, or else its first branch, out into a temporary folder, and read that."""
    heads = [line.split(" ", 1)[1] for line in git("bundle", "list-heads", bundle).decode().splitlines()]
    branches = [head.removeprefix("refs/heads/") for head in heads if head.startswith("refs/heads/")]
    if "HEAD" not in heads and not branches:
        raise InvalidArtifactError("The bundle has no branch.")
    chosen = () if "HEAD" in heads else ("--branch", _main(branches))
    with tempfile.TemporaryDirectory(prefix="botarmy-source-") as folder:
        git("clone", "--quiet", "--template=", *chosen, "--", bundle.absolute(), Path(folder) / "clone")
        return read_folder(Path(folder) / "clone")


def _main(branches: Iterable[str]) -> str:
    names = list(branches)
    return next((name for name in ("main", "master") if name in names), names[0])
