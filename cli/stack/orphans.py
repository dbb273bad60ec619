"""Processes that outlived an earlier stack whose supervisor was killed."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from cli.stack.child import STACK_MARK

GRACE_SECONDS = 10.0


def find_orphans(data_dir: Path) -> list[psutil.Process]:
    """Return every process of a stack on this data directory; they are orphans only if no stack holds its lock."""
    return [process for process in psutil.process_iter() if _mark(process) == str(data_dir)]


async def stop_orphans(data_dir: Path) -> list[int]:
    """Stop the processes that an earlier stack on this data directory started. The caller holds the directory's lock.

    Returns:
        The pids, usually none: the kernel has already signalled them (see `exec_child`).
    """
    return await _stop(find_orphans(data_dir))


async def stop_orphaned_postgres(cluster: Path) -> None:
    """Stop the server that the cluster's `postmaster.pid` names, if it still runs, and remove the file.

    PostgreSQL refuses to start while any process has that pid, which happens after a restart of the machine.
    """
    file = cluster / "postmaster.pid"
    try:
        server = psutil.Process(int(file.read_text().split("\n", 1)[0]))
        if str(cluster) in server.cmdline():
            await _stop([server])
    except (FileNotFoundError, ValueError, psutil.Error):
        pass
    file.unlink(missing_ok=True)


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(STACK_MARK) if process.pid != os.getpid() else None
    except (psutil.Error, OSError):
        return None


async def _stop(processes: list[psutil.Process]) -> list[int]:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, GRACE_SECONDS)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    await asyncio.to_thread(psutil.wait_procs, alive, GRACE_SECONDS)
    return [process.pid for process in processes]
