"""Writes standard input to a log and rotates it at a size limit: FILE becomes FILE.1, FILE.1 becomes FILE.2.

Run as a script, without site-packages: `python -I -S log_writer.py FILE BYTES KEPT`. A separate process, because the
processes of a stack outlive a killed supervisor by some seconds and log why they end. It exits only when the last
writer has closed the pipe. It keeps reading when the disk is full: a component never waits for its log.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

CHUNK = 65536
LONGEST_LINE = 2**20
"""Bytes past the limit after which a log is rotated even within a line."""


class RotatingLog:
    """A log of at most about `limit` bytes, and `kept` older ones. Lines are not split."""

    def __init__(self, path: str, limit: int, kept: int) -> None:
        self._path, self._limit, self._kept = path, limit, kept
        self._file: int | None = None
        self._lost, self._reason = 0, ""

    def write(self, data: bytes) -> None:
        """Append the data. Bytes that cannot be written are counted, and the log reports them once it is writable."""
        while data:
            taken = self._until_full(data)
            try:
                if self._lost:
                    self._append(f"botarmy: {self._lost} bytes of this log are lost: {self._reason}\n".encode())
                    self._lost = 0
                self._append(data[:taken])
            except OSError as error:
                self._lost, self._reason = self._lost + taken, error.strerror or str(error)
                self._close()  # the folder may have been replaced by the next write
            data = data[taken:]

    def _until_full(self, data: bytes) -> int:
        """Return how many bytes go to the current file; rotate first if it is full."""
        with suppress(OSError):
            size = os.fstat(self._open()).st_size
            if size + len(data) <= self._limit:
                return len(data)
            if line := data.rfind(b"\n", 0, max(self._limit - size, 0)) + 1:
                return line
            if size >= self._limit and (self._ends_with_a_line(size) or size >= self._limit + LONGEST_LINE):
                self._rotate()
                return self._until_full(data)
            return data.find(b"\n") + 1 or len(data)
        return len(data)

    def _ends_with_a_line(self, size: int) -> bool:
        return size == 0 or os.pread(self._open(), 1, size - 1) == b"\n"

    def _append(self, data: bytes) -> None:
        file, written = self._open(), 0
        while written < len(data):
            written += os.write(file, data[written:])

    def _open(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_RDWR | os.O_CLOEXEC, 0o600)
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _rotate(self) -> None:
        self._close()
        names = [self._path, *(f"{self._path}.{number}" for number in range(1, self._kept + 1))]
        for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
            with suppress(FileNotFoundError):
                os.replace(newer, older)  # noqa: PTH105 - importing pathlib doubles the start-up time


def main() -> None:
    path, limit, kept = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    log = RotatingLog(path, int(limit), int(kept))
    while data := os.read(0, CHUNK):
        log.write(data)


if __name__ == "__main__":
    main()
