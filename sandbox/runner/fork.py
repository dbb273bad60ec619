"""Runs a function with the code under test in a forked child, reads its report, and kills what it leaves running."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NoReturn

_REPORT = 3
"""The descriptor on which a child reports."""
_MAX_REPORT = 4 * 1024 * 1024
_SCRATCH = os.environ.get("TMPDIR", "")


def run_in_child(
    act: Callable[[], Iterator[str]], prepare: Callable[[], None], kill_leftovers: Callable[[], None]
) -> tuple[list[str], str | None]:
    """Run `act` in a child. Returns the lines that it reported, or how the child ended if it did not finish.

    `prepare` lets the child import the tests; `kill_leftovers` asks the supervisor to kill the processes that it has
    left running.
    """
    # Code that writes to every open descriptor cannot forge a report: it does not know the token.
    token = _random_name()
    report = nameless_file()
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        _child(act, prepare, report, token)
    _, status = os.waitpid(pid, 0)
    text = os.pread(report, _MAX_REPORT, 0).decode(errors="replace")
    os.close(report)
    _wait_for_leftovers(pid, kill_leftovers)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        # Real-time signals have no name.
        name = signal.Signals(-code).name if -code in signal.Signals.__members__.values() else -code
        return [], f"ended early: killed by signal {name}"
    lines = text.splitlines()
    if code or not lines or lines.pop() != token:
        return [], f"ended early: exit code {code}"
    return lines, None


def _child(act: Callable[[], Iterator[str]], prepare: Callable[[], None], report: int, token: str) -> NoReturn:
    """Run the code under test and exit; whatever the code does, this never returns."""
    own = os.getpid()
    code = 1
    try:
        os.setsid()
        os.dup2(report, _REPORT, inheritable=False)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        os.closerange(_REPORT + 1, os.sysconf("SC_OPEN_MAX"))
        for name in [name for name in sys.modules if name.partition(".")[0] == __name__.partition(".")[0]]:
            del sys.modules[name]
        sys.argv = ["python -m unittest"]
        gc.enable()
        prepare()
        lines = list(act())
        with suppress(BaseException):
            sys.stdout.flush()
        with suppress(BaseException):
            sys.stderr.flush()
        # If the code under test has forked, only the original child reports.
        if os.getpid() == own:
            os.write(_REPORT, "\n".join([*lines, token]).encode())
            code = 0
    finally:
        os._exit(code)


def nameless_file() -> int:
    """Return the descriptor of a new file that no other process can find. Importing `tempfile` would take 15 ms."""
    path = os.path.join(_SCRATCH, _random_name())
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.unlink(path)
    return descriptor


def _random_name() -> str:
    return os.urandom(16).hex()  # the module `secrets` takes 10 ms to import


def _wait_for_leftovers(leader: int, kill_leftovers: Callable[[], None]) -> None:
    """Wait until every process that the child has left running has ended: its orphans are our children."""
    with suppress(OSError):
        os.killpg(leader, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            # Once is not enough: a process that forks and ends while the supervisor looks hides its child from it.
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                kill_leftovers()
