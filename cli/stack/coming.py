"""A stack that comes up: its process runs, and does not hold the data directory yet."""

from __future__ import annotations

import asyncio
import os
import time
from itertools import pairwise
from pathlib import Path

import psutil

from cli.stack.datadir import LOCK, DataDir

PROGRAMS = {"botarmy", "cli.main"}
YOUNG_SECONDS = 20.0
"""How long an `up` may take to lock its data directory; one that is older will never."""


async def settled(data: DataDir) -> None:
    """Return when no `up` of this machine is about to lock this data directory, or somebody has."""
    while data.holder() is None and any(_is_coming(one, data.path) for one in psutil.process_iter()):  # noqa: ASYNC110
        await asyncio.sleep(0.05)


def _is_coming(process: psutil.Process, folder: Path) -> bool:
    """Whether it is a `botarmy up`, maybe for this folder, that has just begun and has not opened any lock yet."""
    try:
        if process.pid == os.getpid() or time.time() - process.create_time() > YOUNG_SECONDS:
            return False
        words = process.cmdline()
        if not any(Path(one).name in PROGRAMS and two == "up" for one, two in pairwise(words)):
            return False
        if "--data-dir" in words[:-1]:
            said = words[words.index("--data-dir") + 1]
            if (process.cwd() / Path(said)).resolve() != folder:
                return False
        return not any(Path(file.path).name == LOCK for file in process.open_files())
    except (psutil.Error, OSError):
        return False
