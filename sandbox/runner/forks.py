"""Children: each does one thing with the code under test, reports it with a word of its own, and is cleared away."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NoReturn

_REPORT = 3
"""The descriptor on which a child tells how it went."""
_MAX_REPORT = 4 * 1024 * 1024


def forked(act: Callable[[], Iterator[str]], work: str, ask: Callable[[], None]) -> tuple[list[str], str | None]:
    """Do something in a child: the lines that it told, and how it ended where that was before it was done.

    `ask` has what a child left running ended, by somebody who sees it.
    """
    # Whoever writes into all descriptors that there are does not know this word.
    word = secrets.token_hex(16)
    report = _nameless_file()
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        _child(act, work, report, word)
    _, status = os.waitpid(pid, 0)
    said = os.pread(report, _MAX_REPORT, 0).decode(errors="replace")
    os.close(report)
    _end_what_is_left(pid, ask)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        # The real-time ones have no name.
        name = signal.Signals(-code).name if -code in signal.Signals.__members__.values() else -code
        return [], f"ended early: killed by signal {name}"
    lines = said.splitlines()
    if code or not lines or lines.pop() != word:
        return [], f"ended early: exit code {code}"
    return lines, None


def _child(act: Callable[[], Iterator[str]], work: str, report: int, word: str) -> NoReturn:
    """Load code and be done with it; whatever it does, this never returns."""
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
        sys.path.insert(0, work)
        lines = list(act())
        with suppress(BaseException):
            sys.stdout.flush()
        with suppress(BaseException):
            sys.stderr.flush()
        # A fork of the code's own that comes this far is no one to tell.
        if os.getpid() == own:
            os.write(_REPORT, "\n".join([*lines, word]).encode())
            code = 0
    finally:
        os._exit(code)


def _nameless_file() -> int:
    path = os.path.join(os.environ["TMPDIR"], secrets.token_hex(8))
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.unlink(path)
    return descriptor


def _end_what_is_left(leader: int, ask: Callable[[], None]) -> None:
    """See everything end that a child has left running: orphans of it are ours."""
    with suppress(OSError):
        os.killpg(leader, signal.SIGKILL)
    asked = False
    with suppress(ChildProcessError):
        while True:
            if os.waitpid(-1, 0 if asked else os.WNOHANG)[0] == 0:
                ask()
                asked = True
