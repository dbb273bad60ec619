"""The supervisor: reads the request, starts the run, enforces its limits, cleans up, and returns the result."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from contextlib import suppress
from typing import Any

from . import filesystem_view, kernel, process_tree
from .attempt import OVERHEAD, Attempt, start
from .output import Output
from .protocol import Limits, RunRequest, RunResult

_POLL = 0.1
_CHUNK = 65_536

_FINAL_MESSAGES = ("exit", "signal", "refused", "unconfined")
"""After one of these a run reports nothing more."""


def main() -> None:
    """Read one request from stdin and write one result to stdout. If stdin is closed, the run is cancelled."""
    request = RunRequest.loads(sys.stdin.buffer.readline())
    try:
        # Orphans become children of this process, and are killed with the others.
        with suppress(OSError):
            kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        result = _run(request)
    finally:
        _remove_folder(request.folder)
    sys.stdout.buffer.write(result.dumps())
    sys.stdout.flush()
    os._exit(0)  # nothing is left to clean up, which would take Python several milliseconds


def _run(request: RunRequest) -> RunResult:
    """Run in namespaces, or without if the system forbids them."""
    why = "no reason is known"
    for own_root in (True, False):
        if own_root and "namespaces" in request.without:
            continue
        attempt = _SupervisedAttempt(request, own_root)
        if attempt.ready or attempt.stopped:
            return attempt.result(request.folder)
        if unconfined := attempt.messages.get("unconfined"):
            return attempt.result(request.folder)._replace(refused=unconfined)
        # A runner that does not start prints the reason where the tests would have printed.
        last_line = attempt.output.text().strip().splitlines()[-1:]
        why = attempt.messages.get("refused") or " ".join(last_line) or why
    raise SystemExit(f"The system forbids every kind of sandbox: {why}")


class _SupervisedAttempt:
    """One attempt, from start to clean-up. `messages` is what the run reported; `stopped` the limit that ended it.

    `ready` tells whether the runner has started.
    """

    def __init__(self, request: RunRequest, own_root: bool) -> None:
        self.output = Output(request.limits.output_kept)
        self.messages: dict[str, Any] = {}
        self.outcomes: list[str] = []
        self.details: list[str] = []
        self.stopped: str | None = None
        self._own_root = own_root
        self._partial_line = b""
        replies, self._reply = os.pipe()
        output, output_in = os.pipe()
        status, status_in = os.pipe()
        libraries = [*filesystem_view.loaded_libraries(), *([request.program] if request.program else [])]
        self._leader = start(Attempt(request, own_root, libraries, replies, output_in, status_in))
        for descriptor in (replies, output_in, status_in):
            os.close(descriptor)
        try:
            self._follow(request.limits, output, status)
        finally:
            process_tree.kill_all(self._leader)
            self._drain(output)
            for descriptor in (self._reply, output, status):
                os.close(descriptor)
            if not own_root:
                process_tree.remove_shared_memory(self.messages.get("user"))

    @property
    def ready(self) -> bool:
        return "ready" in self.messages

    def result(self, folder: str) -> RunResult:
        return RunResult(
            exit_code=self.messages.get("exit"),
            signal=self.messages.get("signal"),
            stopped=self.stopped,
            output=self.output.text().replace(folder, ""),
            isolation=self.messages.get("isolation", []),
            confined=self.messages.get("confined", False),
            finished="finished" in self.messages,
            counted=self.messages.get("counted", []),
            outcomes=self.outcomes,
            details=[detail.replace(folder, "") for detail in self.details],
        )

    def _follow(self, limits: Limits, output: int, status: int) -> None:
        cancel = sys.stdin.fileno()
        sources = [cancel, output, status]
        deadline = time.monotonic() + limits.seconds
        next_check = 0.0
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
                self._read_status(chunk)
                if not chunk or any(final in self.messages for final in _FINAL_MESSAGES):
                    break
            if cancel in ready:
                self.stopped = "cancelled"
            elif now >= deadline:
                self.stopped = f"ran longer than {limits.seconds:g} s"
            elif self.output.size > limits.output:
                self.stopped = f"wrote more than {limits.output:,} bytes of output"
            elif now >= next_check:
                self.stopped = _exceeded_limit(limits)
                next_check = now + _POLL

    def _read_status(self, chunk: bytes) -> None:
        *lines, self._partial_line = (self._partial_line + chunk).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "outcome" in message:
                self.outcomes.append(message["outcome"])
                self.details.append(message["detail"])
            elif "leftovers" in message:
                self._kill_leftovers()
            else:
                self.messages.update(message)

    def _kill_leftovers(self) -> None:
        """Kill the processes that a test has left running; the runner waits until they have ended."""
        runner = process_tree.only_descendant(self._leader, 2 if self._own_root else 1)
        if runner is not None:
            process_tree.kill_descendants(runner)
        with suppress(OSError):
            os.write(self._reply, b"\n")

    def _drain(self, output: int) -> None:
        os.set_blocking(output, False)
        with suppress(BlockingIOError):
            while self.output.size < _CHUNK * 64 and (chunk := os.read(output, _CHUNK)):
                self.output.add(chunk)


def _exceeded_limit(limits: Limits) -> str | None:
    """Return the limit that all processes together exceed, if the kernel does not enforce it."""
    pids = process_tree.descendants(os.getpid())
    if len(pids) > limits.processes + OVERHEAD:
        return f"started more than {limits.processes} processes"
    if process_tree.resident_bytes(pids) > limits.memory_of_all:
        return f"used more than {limits.memory_of_all:,} bytes of memory together"
    # The kernel ends a single process a second earlier.
    if process_tree.cpu_seconds(pids) > limits.cpu_seconds + 1:
        return f"used more than {limits.cpu_seconds} s of processor time together"
    return None


def _remove_folder(folder: str) -> None:
    try:
        os.rmdir(folder)
    except OSError:
        # Seldom needed, as a run with its own root leaves an empty folder; and importing this takes 5 ms.
        import shutil

        # Make folders accessible before walking into them; never follow a link.
        for path, names, _ in os.walk(folder):
            for inner in (os.path.join(path, name) for name in names):
                with suppress(OSError):
                    if not os.path.islink(inner):
                        os.chmod(inner, 0o700)
        shutil.rmtree(folder, ignore_errors=True)
