"""One run: the processes between the supervisor, which stays outside, and the Python that runs the tests."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from . import cage, kernel, namespaces
from .order import Order

WORK, SCRATCH, SHARED = "/sandbox", "/tmp", "/dev/shm"

OVERHEAD = 3
"""Processes of a run that are ours: the head of its group, the first in its namespaces, and one to spare."""

LAST_WORDS = (b'"exit"', b'"signal"', b'"refused"')
"""After one of these a run says nothing more."""

_NICE = 10
"""Whatever the tests do, those whose work it is not come first."""

_ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}


def start(order: Order, own_root: bool, output: int, status: int) -> int:
    """Start a run in a process group of its own; its id.

    It writes what the tests print to `output`, and JSON lines to `status`: {"isolation": [...]} when it is about to
    start, {"exit": code} or {"signal": number} when it has ended, {"refused": why} when the system forbids it.
    """
    return _fork(status, lambda: _lead(order, own_root, output, status))


def _lead(order: Order, own_root: bool, output: int, status: int) -> None:
    """The head of the group: it enters the namespaces, and its child is the first process there."""
    os.setsid()
    owner = cage.choose_owner(order, own_root)
    if not own_root:
        folders = (order.folder + WORK, order.folder + SCRATCH)
        for folder in folders:
            os.mkdir(folder)
            os.chown(folder, owner, -1)
        _watch_over(order, folders, owner, own_root, output, status)
        return
    namespaces.enter()
    first = _fork(status, lambda: _rule(order, owner, output, status))
    os.close(output)
    os.waitpid(first, 0)


def _rule(order: Order, owner: int, output: int, status: int) -> None:
    """The first process of the namespaces: when it ends, the kernel ends all others there."""
    folders = (WORK, SCRATCH, SHARED)
    namespaces.build_root(order, folders, owner)
    _watch_over(order, folders, owner, True, output, status)


def _watch_over(order: Order, folders: tuple[str, ...], owner: int, own_root: bool, output: int, status: int) -> None:
    """Start the tests, collect whatever ends, and tell how the tests did."""
    tests = _fork(status, lambda: _become_tests(order, folders, owner, own_root, output, status))
    os.close(output)
    while True:
        pid, how = os.wait()
        if pid == tests:
            code = os.waitstatus_to_exitcode(how)
            _tell(status, {"exit": code} if code >= 0 else {"signal": -code})
            return


def _become_tests(
    order: Order, folders: tuple[str, ...], owner: int, own_root: bool, output: int, status: int
) -> NoReturn:
    os.setsid()
    os.nice(_NICE)
    work, scratch = folders[:2]
    isolation = list(cage.confine(order, folders, owner, own_root))
    # From here on the cage holds this code too: whatever a path says, nothing is written outside.
    _lay_out(order.files, work)
    os.chdir(work)
    nothing = os.open("/dev/null", os.O_RDONLY)
    for descriptor, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, target)
    _tell(status, {"isolation": isolation})
    os.execve(order.python, [order.python, *order.arguments], {**_ENVIRONMENT, "HOME": work, "TMPDIR": scratch})


def _lay_out(files: dict[str, str], folder: str) -> None:
    """Write the files; their paths were checked by whoever ordered the run."""
    for path, text in files.items():
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(text.encode())


def _fork(status: int, act: Callable[[], None]) -> int:
    """Run `act` in a child that dies with this process; its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        with suppress(OSError):
            kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        act()
    except BaseException as error:
        _tell(status, {"refused": f"{type(error).__name__}: {error}"})
        os._exit(1)
    os._exit(0)


def _tell(status: int, message: dict[str, object]) -> None:
    # All processes of a run share the pipe: a line within PIPE_BUF is written whole or not at all.
    os.write(status, (json.dumps(message)[:4_000] + "\n").encode())
