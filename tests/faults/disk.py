"""A disk of a size of its own, in memory, that can be made full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FILLER = ".filler"
PIECES = 2**20, 2**12
"""Bytes that it grows by."""


def mount(folder: Path, megabytes: int) -> bool:
    """Put a disk in the place of a folder that does not exist yet; False where mounting is not allowed."""
    folder.mkdir(mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    return mounted.returncode == 0


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """A file takes all the space that there is, for the block."""
    filler = folder / FILLER
    with filler.open("xb") as file:
        try:
            end = 0
            for piece in PIECES:
                with suppress(OSError):
                    while True:
                        os.posix_fallocate(file.fileno(), end, piece)
                        end += piece
            yield
        finally:
            filler.unlink()
