"""The folders that a test may write in: before each test, they hold the original files and nothing else."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator

_COARSE_CLOCK = getattr(time, "CLOCK_REALTIME_COARSE", 5)
"""The clock of the kernel's file times: it advances only every few milliseconds."""

_Stat = tuple[str, int, int, int]


class Workspace:
    """The files below `root`; `empty` names scratch folders without files of the project.

    Changes are detected by ctime, which no process can set and which every change advances: after the files are
    written, no test starts before the coarse clock has advanced.
    """

    def __init__(self, root: str, empty: list[str]) -> None:
        self._root = root
        # A Python that is installed below one of them is visible there, too.
        self._initial = {folder: set(os.listdir(folder)) for folder in empty}
        self._contents: dict[str, bytes] = {}
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    self._contents[path] = file.read()
        self._stats = self._settle()

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield each file's path and text."""
        for path, content in self._contents.items():
            yield path, content.decode(errors="replace")

    def forget(self) -> None:
        """Remove the files: from now on, every test starts with empty folders."""
        _clear(self._root, set())
        self._contents = {}
        self._stats = self._settle()

    def restore(self) -> None:
        """Undo all changes.

        Raises:
            OSError: they cannot be undone.
            RecursionError: the folders are nested too deeply to be removed.
        """
        for folder, initial in self._initial.items():
            _clear(folder, initial)
        if self._scan() == self._stats:
            return
        _clear(self._root, set())
        for path, content in self._contents.items():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
        self._stats = self._settle()

    def _settle(self) -> list[_Stat]:
        stats = self._scan()
        if not stats:
            raise OSError("the files cannot be read")
        newest = max(stat[2] for stat in stats)
        while newest >= _coarse_now():
            time.sleep(0.001)
        return stats

    def _scan(self) -> list[_Stat]:
        """Return what every file looks like, or as many as show that something was changed."""
        most = 4 * len(self._contents) + 100
        try:
            return [stat for stat, _ in zip(_walk(self._root), range(most), strict=False)]
        except (OSError, RecursionError):
            return []


def _coarse_now() -> int:
    return time.clock_gettime_ns(_COARSE_CLOCK) if os.uname().sysname == "Linux" else time.time_ns()


def _walk(path: str) -> Iterator[_Stat]:
    found = os.lstat(path)
    yield path, found.st_ino, found.st_ctime_ns, found.st_mode
    with os.scandir(path) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path)
        else:
            found = entry.stat(follow_symlinks=False)
            yield entry.path, found.st_ino, found.st_ctime_ns, found.st_mode


def _clear(folder: str, keep: set[str]) -> None:
    # Make folders accessible before walking into them; never follow a link.
    os.chmod(folder, 0o700)
    for path, names, _ in os.walk(folder):
        if path == folder:
            names[:] = [name for name in names if name not in keep]
        for inner in (os.path.join(path, name) for name in names):
            if not os.path.islink(inner):
                os.chmod(inner, 0o700)
    with os.scandir(folder) as entries:
        listed = [entry for entry in entries if entry.name not in keep]
    for entry in listed:
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
    # The folder itself could carry a message to the next test.
    for name in os.listxattr(folder) if hasattr(os, "listxattr") else ():
        os.removexattr(folder, name)
    os.utime(folder, (0, 0))
