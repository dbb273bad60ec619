"""A component's log: a process writes and rotates it from a pipe; this module reads the current run's part."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread

WRITER = Path(__file__).with_name("log_writer.py")
LOG_BYTES = 5_000_000
KEPT = 3
"""The number of older files that are kept of each log."""
DRAIN_SECONDS, RESTART_SECONDS = 2.0, 0.5


class Log:
    """One run's part of a log. `pipe` is the descriptor to write to; the log ends when its last copy is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._path.touch(mode=0o600)
        begin = self._path.stat()
        self._begin = begin.st_ino, begin.st_size
        self._read_end, self.pipe = os.pipe()
        self._writing: asyncio.Task[None] | None = None

    @classmethod
    async def opened(cls, path: Path, environment: Mapping[str, str] | None = None) -> Log:
        """Open a log at this path and start its writer with this environment (None is our own).

        Raises:
            OSError: the file cannot be opened, or the process cannot be started.
        """
        log = cls(path)
        try:
            writer = log._start(environment)
        except BaseException:
            log.close_pipe()
            os.close(log._read_end)
            raise
        log._writing = asyncio.create_task(log._keep_writing(writer, environment))
        return log

    def close_pipe(self) -> None:
        """Close our copy of `pipe`, once the writing process has its own."""
        os.close(self.pipe)

    async def written(self) -> None:
        """Return once the output of the exited processes is in the file, or after DRAIN_SECONDS."""
        assert self._writing is not None
        await asyncio.wait([self._writing], timeout=DRAIN_SECONDS)

    def lines(self) -> Iterator[str]:
        """Yield the lines of this run so far, oldest first, from every file that holds some."""
        inode, size = self._begin
        files = [self._path, *(self._path.with_name(f"{self._path.name}.{number}") for number in range(1, KEPT + 1))]
        parts: list[tuple[Path, int]] = []
        for file in files:
            with suppress(OSError):
                is_first = file.stat().st_ino == inode
                parts.append((file, size if is_first else 0))
                if is_first:
                    break
        for file, start in reversed(parts):
            with suppress(OSError), file.open("rb") as text:
                text.seek(start)
                for line in text:
                    yield line.decode(errors="replace").rstrip("\n")

    def end(self, lines: int = 20) -> str:
        """Return the last lines of this run."""
        return "\n".join(deque(self.lines(), lines))[-20_000:]

    def _start(self, environment: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(WRITER), str(self._path), str(LOG_BYTES), str(KEPT)],
            stdin=self._read_end,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C must not reach it
        )

    async def _keep_writing(self, writer: subprocess.Popen[bytes], environment: Mapping[str, str] | None) -> None:
        """Replace a writer that was killed. This process holds the read end, so writes do not fail meanwhile."""
        try:
            while await _exit_code(writer) != 0:
                await asyncio.sleep(RESTART_SECONDS)
                with suppress(OSError):
                    writer = self._start(environment)
        finally:
            os.close(self._read_end)


async def _exit_code(writer: subprocess.Popen[bytes]) -> int:
    """Return the exit code of a writer once it exits.

    A writer may outlive the event loop. asyncio would never learn that one of its processes has ended then, and report
    it as a leak, so a thread waits for it.
    """
    loop = asyncio.get_running_loop()
    exited: asyncio.Future[int] = loop.create_future()

    def resolve(code: int) -> None:
        if not exited.done():
            exited.set_result(code)

    def wait() -> None:
        code = writer.wait()
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(resolve, code)

    Thread(target=wait, name=f"log-writer-{writer.pid}", daemon=True).start()
    return await exited
