"""A log writer may outlive the event loop that started it: it exits with the last process that writes to its log."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import warnings
from pathlib import Path

from cli.stack.log import Log


def test_a_writer_that_outlives_its_event_loop_is_not_reported_as_a_leak(tmp_path: Path) -> None:
    path, before = tmp_path / "any.log", set(threading.enumerate())

    async def main() -> int:
        log = await Log.opened(path)
        held = os.dup(log.pipe)
        log.close_pipe()
        await asyncio.sleep(0)  # it is waited for now
        return held

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ResourceWarning)
        held = asyncio.run(main())
        os.write(held, b"the last words\n")
        os.close(held)
        for waiting in set(threading.enumerate()) - before:
            waiting.join()  # it waits for the writer, which exits now
        gc.collect()
    assert path.read_text() == "the last words\n"
    assert [str(warning.message) for warning in warned] == []
