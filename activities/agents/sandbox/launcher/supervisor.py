"""The supervisor: it reads the order, starts the run, stops it at its limits, sweeps, and tells how it ended."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from contextlib import suppress
from typing import Any

from . import kernel, run, sweep
from .order import Ending, Limits, Order
from .output import Output

_POLL = 0.1
_CHUNK = 65_536


def main() -> None:
    """One order from stdin, one ending to stdout. Stdin stays open: when it closes, the run is cancelled."""
    order = Order.loads(sys.stdin.buffer.readline())
    try:
        # Whoever loses its parent becomes our child, and is swept away with the others.
        with suppress(OSError):
            kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        ending = _ending(order)
    finally:
        _remove(order.folder)
    sys.stdout.buffer.write(ending.dumps())


def _ending(order: Order) -> Ending:
    told: dict[str, Any] = {}
    for own_root in (True, False):
        if own_root and "namespaces" in order.without:
            continue
        watch = _Watch(order, own_root)
        told = watch.told
        if "refused" not in told:
            return Ending(
                exit_code=told.get("exit"),
                signal=told.get("signal"),
                stopped=watch.stopped,
                output=watch.output.text().replace(f"{order.folder}{run.WORK}", run.WORK),
                isolation=told.get("isolation", []),
            )
    raise SystemExit(f"The system forbids every kind of sandbox: {told['refused']}")


class _Watch:
    """One attempt, from start to sweep. `told` is what the run said; `stopped` names the limit that ended it."""

    def __init__(self, order: Order, own_root: bool) -> None:
        self.output = Output(order.limits.output_kept)
        self.told: dict[str, Any] = {}
        self.stopped: str | None = None
        output, output_in = os.pipe()
        status, status_in = os.pipe()
        leader = run.start(order, own_root, output_in, status_in)
        os.close(output_in)
        os.close(status_in)
        try:
            self._follow(order.limits, output, status)
        finally:
            sweep.end_all(leader)
            self._drain(output)
            os.close(output)
            os.close(status)

    def _follow(self, limits: Limits, output: int, status: int) -> None:
        cancel = sys.stdin.fileno()
        sources = [cancel, output, status]
        deadline = time.monotonic() + limits.seconds
        next_look = 0.0
        lines = b""
        while not self.stopped:
            now = time.monotonic()
            ready, _, _ = select.select(sources, [], [], max(0.0, min(deadline - now, _POLL)))
            if output in ready:
                chunk = os.read(output, _CHUNK)
                self.output.add(chunk)
                if not chunk:
                    sources.remove(output)
            if status in ready:
                chunk = os.read(status, _CHUNK)
                lines += chunk
                if not chunk or any(last in chunk for last in run.LAST_WORDS):
                    break
            if cancel in ready:
                self.stopped = "cancelled"
            elif now >= deadline:
                self.stopped = f"ran longer than {limits.seconds:g} s"
            elif self.output.size > limits.output:
                self.stopped = f"wrote more than {limits.output:,} bytes of output"
            elif now >= next_look:
                self.stopped = _excess(limits)
                next_look = now + _POLL
        for line in lines.splitlines():
            self.told.update(json.loads(line))

    def _drain(self, output: int) -> None:
        os.set_blocking(output, False)
        with suppress(BlockingIOError):
            while self.output.size < _CHUNK * 64 and (chunk := os.read(output, _CHUNK)):
                self.output.add(chunk)


def _excess(limits: Limits) -> str | None:
    """What all processes together have too much of, where the kernel does not count it for us."""
    pids = sweep.below(os.getpid())
    if len(pids) > limits.processes + run.OVERHEAD:
        return f"started more than {limits.processes} processes"
    if sweep.resident(pids) > limits.memory_of_all:
        return f"used more than {limits.memory_of_all:,} bytes of memory together"
    # A process alone is ended by the kernel, a second before.
    if sweep.computed(pids) > limits.cpu_seconds + 1:
        return f"used more than {limits.cpu_seconds} s of processor time together"
    return None


def _remove(folder: str) -> None:
    try:
        os.rmdir(folder)
    except OSError:
        # Seldom needed, as a run with a root of its own leaves an empty folder; and it takes 5 ms to import.
        import shutil

        for path, _, _ in os.walk(folder):
            with suppress(OSError):
                os.chmod(path, 0o700)
        shutil.rmtree(folder, ignore_errors=True)
