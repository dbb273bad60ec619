"""The folders that a test may write in, as each test finds them: the files as they were handed in, and nothing else."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator

_TICKS = getattr(time, "CLOCK_REALTIME_COARSE", 5)
"""The clock that the kernel takes the times of files from: it moves on every few milliseconds only."""

_Mark = tuple[str, int, int, int]


class Files:
    """What lies below `root`; `empty` names folders that hold nothing of theirs.

    A change is seen by the time of the last change, which no process can set, and which every change moves on: after
    the files are laid out, nothing runs before that clock has.
    """

    def __init__(self, root: str, empty: list[str]) -> None:
        self._root = root
        # A Python that lies in one of them is shown there, too.
        self._empty = {folder: set(os.listdir(folder)) for folder in empty}
        self._contents: dict[str, bytes] = {}
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    self._contents[path] = file.read()
        self._marks = self._settled()

    def texts(self) -> Iterator[tuple[str, str]]:
        """The files by their paths."""
        for path, content in self._contents.items():
            yield path, content.decode(errors="replace")

    def restore(self) -> None:
        """Undo whatever was changed.

        Raises:
            OSError: it cannot be undone.
            RecursionError: the folders lie too deep to be removed.
        """
        for folder, given in self._empty.items():
            _clear(folder, given)
        if self._seen() == self._marks:
            return
        _clear(self._root, set())
        for path, content in self._contents.items():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
        self._marks = self._settled()

    def _settled(self) -> list[_Mark]:
        marks = self._seen()
        if not marks:
            raise OSError("the files cannot be read")
        newest = max(mark[2] for mark in marks)
        while newest >= _now():
            time.sleep(0.001)
        return marks

    def _seen(self) -> list[_Mark]:
        """All that is there, or as much of it as shows that something was changed."""
        most = 4 * len(self._contents) + 100
        try:
            return [mark for mark, _ in zip(_walk(self._root), range(most), strict=False)]
        except (OSError, RecursionError):
            return []


def _now() -> int:
    return time.clock_gettime_ns(_TICKS) if os.uname().sysname == "Linux" else time.time_ns()


def _walk(path: str) -> Iterator[_Mark]:
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
    # A folder that was closed is opened before it is entered; a link is never followed.
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
