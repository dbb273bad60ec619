"""Carries out renames in a folder, and remembers them."""

import json
from collections.abc import Iterable
from pathlib import Path

from photonames.plan import Renames, is_photo

MEMORY = ".photonames.json"


class CollisionError(Exception):
    """A photo would be lost, or something else overwritten."""


class Folder:
    """A folder of photos. Names are those directly in it."""

    def __init__(self, path: Path) -> None:
        if not path.is_dir():
            raise ValueError(f"not a folder: {path}")
        self._path = path
        self._memory = path / MEMORY

    def photos(self) -> list[str]:
        return [each.name for each in self._path.iterdir() if is_photo(each.name) and each.is_file()]

    def check(self, renames: Renames) -> None:
        """Raise CollisionError if a file is missing, or a new name belongs to something that is not renamed."""
        names = {each.name for each in self._path.iterdir()}
        if missing := [old for old, _ in renames if old not in names]:
            raise CollisionError(f"{missing[0]} is no longer there")
        kept = names - {old for old, _ in renames}
        if taken := [new for _, new in renames if new in kept]:
            raise CollisionError(f"{taken[0]} is taken by something else")

    def apply(self, renames: Renames) -> None:
        """Rename the photos, which `check` has accepted, and remember how to take it back."""
        if renames:
            self._memory.write_text(json.dumps(renames), encoding="utf-8")
            self._rename(renames)

    def undo(self) -> Renames:
        """Take back what is remembered, and return what was renamed.

        Raises:
            CollisionError: there is nothing to take back, or it would lose something.
        """
        if not self._memory.exists():
            raise CollisionError("there is nothing to undo")
        renames = [(new, old) for old, new in json.loads(self._memory.read_text(encoding="utf-8"))]
        self.check(renames)
        self._rename(renames)
        self._memory.unlink()
        return renames

    def _rename(self, renames: Renames) -> None:
        """Rename in two steps, since a new name may be the old one of another photo."""
        temporary = [f".photonames-{number}" for number in range(len(renames))]
        self._move(zip((old for old, _ in renames), temporary, strict=True))
        self._move(zip(temporary, (new for _, new in renames), strict=True))

    def _move(self, pairs: Iterable[tuple[str, str]]) -> None:
        for old, new in pairs:
            (self._path / old).rename(self._path / new)
