"""`python -m benchmarks.watched_worker`"""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

import uvloop

import worker.__main__ as program
from worker.busy_loop import Beats

FILE = "BENCH_WATCH"
"""The variable that names the file to write, JSON in seconds: {"stall": ..., "gap": ...}. Removing it starts again."""

TICK, WRITE = 0.02, 0.25


class Watch:
    """The longest `stall` of the event loop, and the longest `gap` between two heartbeats of a step."""

    def __init__(self) -> None:
        self.stall = self.gap = 0.0

    def watching(self) -> AbstractContextManager[object]:
        """Note the time between two heartbeats of a step inside the block, sent by the loop or the thread."""
        sent = Beats.sent

        def watched(beats: Beats, *details: object) -> None:
            if not beats.is_first:
                self.gap = max(self.gap, time.monotonic() - beats.last)
            sent(beats, *details)

        return mock.patch.object(Beats, "sent", watched)

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
    with watch.watching():
        await program.main()
    watching.cancel()


if __name__ == "__main__":
    uvloop.run(main())
