"""Ends a worker whose event loop is blocked.

Temporal's pollers do not run on the loop: such a worker would continue to take tasks, look healthy, and finish none.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import threading

TICK_SECONDS = 5.0
MISSED_TICKS = 12
"""Ticks without a turn of the event loop after which the worker ends: a minute. A busy machine delays the loop by
seconds at most. Ticks are counted, not seconds: a worker that was suspended is well."""


async def watch_event_loop() -> None:
    """Run until cancelled. If the event loop misses MISSED_TICKS, write the stack of every thread to standard error,
    and end the process with exit code 1."""
    turned, ended = threading.Event(), threading.Event()
    threading.Thread(target=_watch, args=(turned, ended), name="watchdog", daemon=True).start()
    try:
        while True:
            turned.set()
            await asyncio.sleep(TICK_SECONDS / 2)
    finally:
        ended.set()


def _watch(turned: threading.Event, ended: threading.Event) -> None:
    missed = 0
    while not ended.wait(TICK_SECONDS):
        missed = 0 if turned.is_set() else missed + 1
        turned.clear()
        if missed == MISSED_TICKS:
            faulthandler.dump_traceback(all_threads=True)
            os._exit(1)
