"""The supervisor: it reads the order, starts the run, stops it at its limits, sweeps, and tells how it ended."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from contextlib import suppress
from typing import Any

from . import ground, kernel, run, sweep
from .order import Ending, Limits, Order
from .output import Output

_POLL = 0.1
_CHUNK = 65_536

_LAST_WORDS = ("exit", "signal", "refused", "unconfined")
"""After one of these a run says nothing more."""


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
    why = "it gives no reason"
    for own_root in (True, False):
        if own_root and "namespaces" in order.without:
            continue
        watch = _Watch(order, own_root)
        if watch.ready or watch.stopped:
            return watch.ending(order.folder)
        if unconfined := watch.told.get("unconfined"):
            return watch.ending(order.folder)._replace(refused=unconfined)
        # A runner that does not even start says why where the tests would have printed.
        last_words = watch.output.text().strip().splitlines()[-1:]
        why = watch.told.get("refused") or " ".join(last_words) or why
    raise SystemExit(f"The system forbids every kind of sandbox: {why}")


class _Watch:
    """One attempt, from start to sweep. `told` is what the run said; `stopped` names the limit that ended it.

    `ready` is whether the runner has come as far as to look at the files.
    """

    def __init__(self, order: Order, own_root: bool) -> None:
        self.output = Output(order.limits.output_kept)
        self.told: dict[str, Any] = {}
        self.outcomes: list[str] = []
        self.stopped: str | None = None
        self._own_root = own_root
        self._rest = b""
        answers, self._answer = os.pipe()
        output, output_in = os.pipe()
        status, status_in = os.pipe()
        self._leader = run.start(run.Run(order, own_root, ground.libraries(), answers, output_in, status_in))
        for descriptor in (answers, output_in, status_in):
            os.close(descriptor)
        try:
            self._follow(order.limits, output, status)
        finally:
            sweep.end_all(self._leader)
            self._drain(output)
            for descriptor in (self._answer, output, status):
                os.close(descriptor)
            if not own_root:
                sweep.forget(self.told.get("owner"))

    @property
    def ready(self) -> bool:
        return "ready" in self.told

    def ending(self, folder: str) -> Ending:
        return Ending(
            exit_code=self.told.get("exit"),
            signal=self.told.get("signal"),
            stopped=self.stopped,
            output=self.output.text().replace(f"{folder}{run.WORK}", run.WORK),
            isolation=self.told.get("isolation", []),
            confined=self.told.get("confined", False),
            finished="finished" in self.told,
            counted=self.told.get("counted", []),
            outcomes=self.outcomes,
        )

    def _follow(self, limits: Limits, output: int, status: int) -> None:
        cancel = sys.stdin.fileno()
        sources = [cancel, output, status]
        deadline = time.monotonic() + limits.seconds
        next_look = 0.0
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
                self._hear(chunk)
                if not chunk or any(last in self.told for last in _LAST_WORDS):
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

    def _hear(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "outcome" in message:
                self.outcomes.append(message["outcome"])
            elif "left" in message:
                self._end_what_is_left()
            else:
                self.told.update(message)

    def _end_what_is_left(self) -> None:
        """A test has left processes running: the runner waits until they have ended."""
        runner = sweep.first_below(self._leader, 2 if self._own_root else 1)
        if runner is not None:
            sweep.end_below(runner)
        with suppress(OSError):
            os.write(self._answer, b"\n")

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

        # A folder that was closed is opened before it is entered; a link is never followed.
        for path, names, _ in os.walk(folder):
            for inner in (os.path.join(path, name) for name in names):
                with suppress(OSError):
                    if not os.path.islink(inner):
                        os.chmod(inner, 0o700)
        shutil.rmtree(folder, ignore_errors=True)
