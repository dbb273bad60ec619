"""`python -m benchmarks.watched_worker`"""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from unittest import mock

import uvloop
from temporalio import activity

import worker.__main__ as program

FILE = "BENCH_WATCH"
"""The variable that names the file to write, JSON in seconds: {"stall": ..., "gap": ...}. Removing it starts again."""

TICK, WRITE = 0.02, 0.25


class Watch:
    """The longest `stall` of the event loop, and the longest `gap` between two heartbeats of a step."""

    def __init__(self) -> None:
        self.stall = self.gap = 0.0
        self._last: dict[bytes, float] = {}
        self._send = activity.heartbeat

    def heartbeat(self, *details: object) -> None:
        """Send a heartbeat, and note the time since the one before it."""
        now, step = time.monotonic(), activity.info().task_token
        self.gap = max(self.gap, now - self._last.get(step, now))
        self._last[step] = now
        self._send(*details)

    async def keep(self, file: Path) -> None:
        """Measure the event loop, and write the file."""
        written = 0.0
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK)
            now = time.monotonic()
            self.stall = max(self.stall, now - before - TICK)
            if now - written > WRITE:
                written = now
                self._write(file)

    def _write(self, file: Path) -> None:
        if not file.exists():
            self.stall = self.gap = 0.0
        new = file.with_suffix(".new")
        new.write_text(json.dumps({"stall": self.stall, "gap": self.gap}))
        new.replace(file)


async def main() -> None:
    watch = Watch()
    watching = asyncio.create_task(watch.keep(Path(os.environ[FILE])))
    with mock.patch("temporalio.activity.heartbeat", watch.heartbeat):
        await program.main()
    watching.cancel()


if __name__ == "__main__":
    uvloop.run(main())
