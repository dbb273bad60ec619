"""Detects a `botarmy up` that has started and does not hold the data directory's lock yet."""

from __future__ import annotations

import asyncio
import os
import time
from itertools import pairwise
from pathlib import Path

import psutil

from cli.stack.datadir import LOCK, DataDir

PROGRAMS = {"botarmy", "cli.main"}
"""Names under which every version of the command appears in a process's arguments."""
LOCK_SECONDS = 20.0
"""How long an `up` may take to lock its data directory; an older one never will."""


async def wait_for_lock(data: DataDir) -> None:
    """Return once the data directory is locked, or no `up` on this machine is about to lock it."""
    while data.holder() is None and any(_is_starting(process, data.path) for process in psutil.process_iter()):  # noqa: ASYNC110
        await asyncio.sleep(0.05)


def _is_starting(process: psutil.Process, folder: Path) -> bool:
    """Return whether the process is a recent `botarmy up`, possibly for this folder, that has opened no lock yet."""
    try:
        if process.pid == os.getpid() or time.time() - process.create_time() > LOCK_SECONDS:
            return False
        arguments = process.cmdline()
        if not any(Path(program).name in PROGRAMS and argument == "up" for program, argument in pairwise(arguments)):
            return False
        if "--data-dir" in arguments[:-1]:
            data_dir = arguments[arguments.index("--data-dir") + 1]
            if (process.cwd() / Path(data_dir)).resolve() != folder:
                return False
        return not any(Path(file.path).name == LOCK for file in process.open_files())
    except (psutil.Error, OSError):
        return False
