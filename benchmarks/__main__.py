"""`python -m benchmarks [NAME...] [--quick] [--json]`: start a stack, measure, print one table."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import uvloop

from benchmarks import (
    admission,
    crew,
    decisions,
    footprint,
    in_flight,
    live,
    page,
    parked,
    push,
    retention,
    scale,
    start,
    telemetry,
    throughput,
    workers,
)
from benchmarks.stack import Bench, isolate, running, say
from benchmarks.table import Row, machine, show

START = "start"
GROUPS: dict[str, Callable[[Bench], Awaitable[list[Row]]]] = {  # in this order: the last ones leave much data behind
    "throughput": throughput.measure,
    "decisions": decisions.measure,
    "push": push.measure,
    "page": page.measure,
    "footprint": footprint.measure,
    "in_flight": in_flight.measure,
    "admission": admission.measure,
    "crew": crew.measure,
    "live": live.measure,
    "telemetry": telemetry.measure,
    "workers": workers.measure,
    "scale": scale.measure,
    "parked": parked.measure,
    "retention": retention.measure,
}
GROUP_SECONDS = 600.0


async def main(names: Sequence[str], *, quick: bool, as_json: bool) -> int:
    """Run the named benchmarks. Returns 0 whatever the figures, or 1 if a benchmark failed."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    started, rows, failed = time.monotonic(), [machine()], list[str]()
    with tempfile.TemporaryDirectory(prefix="botarmy-bench-", ignore_cleanup_errors=True) as folder:
        isolate(Path(folder))
        try:
            if START in names:
                rows += await _run_group(START, partial(start.measure, Path(folder) / "start"), failed)
            if selected := [name for name in GROUPS if name in names]:
                say("starting a stack")
                async with running(Path(folder) / "stack", quick=quick) as bench:
                    for name in selected:
                        rows += await _run_group(name, partial(GROUPS[name], bench), failed)
        finally:
            show(rows, as_json=as_json)
            say(f"measured in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


async def _run_group(name: str, measure: Callable[[], Awaitable[list[Row]]], failed: list[str]) -> list[Row]:
    say(f"measuring {name}")
    started = time.monotonic()
    try:
        async with asyncio.timeout(GROUP_SECONDS):
            rows = await measure()
        say(f"  in {time.monotonic() - started:.0f} s")
        return rows
    except Exception as error:  # the other figures are still useful
        failed.append(name)
        return [Row(f"{name} could not be measured: {error!r}")]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join((START, *GROUPS))}")
    parser.add_argument("--quick", action="store_true", help="small counts, only to check that everything works")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if unknown := set(options.names) - {START, *GROUPS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    options = arguments()
    try:
        sys.exit(uvloop.run(main(options.names or [START, *GROUPS], quick=options.quick, as_json=options.json)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
