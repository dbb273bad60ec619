"""A small in-memory disk that can be filled."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FILLER = ".filler"
PIECES = 2**20, 2**12
"""Bytes by which the filler grows."""


def mount(folder: Path, megabytes: int) -> bool:
    """Create a folder and mount a disk there. Returns False if mounting is not allowed."""
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
    """Fill the disk with one file during the block."""
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
