"""One run: the processes between the supervisor, which stays outside, and the Python that runs the tests."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, NoReturn

from . import cage, ground, kernel, namespaces
from .order import Order

WORK, SCRATCH, SHARED = "/sandbox", "/tmp", "/dev/shm"
_RUNNER = "/runner"
"""Where the program that runs the tests lies, for them to read and not to change."""
_PACKAGE = "botarmy_runner"
_START = f"import sys; sys.path.insert(0, sys.argv[1]); from {_PACKAGE}.server import main; main()"

# -I would ignore the seed of the hashes, which must be fixed for the same output each time; these and an
# environment of our own making are the same. -S: no site-packages either.
_ARGUMENTS = ["-P", "-s", "-S", "-B", "-u", "-c", _START]
_STATUS = 3
"""The descriptor on which the runner tells how it goes."""

OVERHEAD = 4
"""Processes of a run that are ours: the head of its group, the first in its namespaces, the runner, one to spare."""

_NICE = 10
"""Whatever the tests do, those whose work it is not come first."""

_ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}


class UnconfinedError(Exception):
    """The system offers too little to hold what is to be run."""


class Run(NamedTuple):
    """One attempt at an order. The descriptors are the runner's input, its output and its status."""

    order: Order
    own_root: bool
    libraries: list[str]
    input: int
    output: int
    status: int

    @property
    def runner(self) -> str:
        return _RUNNER if self.own_root else self.order.folder + _RUNNER

    @property
    def folders(self) -> list[str]:
        """Those that the tests may write in, the one with the files first."""
        return [WORK, SCRATCH, SHARED] if self.own_root else [self.order.folder + WORK, self.order.folder + SCRATCH]


def start(run: Run) -> int:
    """Start a run in a process group of its own; its id.

    It writes what the tests print to the output, and JSON lines to the status: {"isolation": [...]} when it is about
    to start, what the runner tells, {"exit": code} or {"signal": number} when that has ended, {"refused": why} when
    the system forbids it, {"unconfined": why} when it cannot be held here.
    """
    return _fork(run.status, lambda: _lead(run))


def _lead(run: Run) -> None:
    """The head of the group: it enters the namespaces, and its child is the first process there."""
    os.setsid()
    # What is laid out is for another user to read, however private the worker's own files are.
    os.umask(0o022)
    if run.own_root:
        namespaces.enter()
        owner = cage.choose_owner(run.order, run.own_root, run.libraries)
        first = _fork(run.status, lambda: _rule(run, owner))
        os.close(run.output)
        os.waitpid(first, 0)
        return
    owner = cage.choose_owner(run.order, run.own_root, run.libraries)
    for folder in run.folders:
        os.mkdir(folder)
        os.chown(folder, owner, -1)
    _lay_out(_program(), run.runner)
    _watch_over(run, owner)


def _rule(run: Run, owner: int) -> None:
    """The first process of the namespaces: when it ends, the kernel ends all others there."""
    program = _program()
    namespaces.build_root(run.order, run.folders, owner, run.libraries)
    _lay_out(program, run.runner)
    _watch_over(run, owner)


def _watch_over(run: Run, owner: int) -> None:
    """Start the runner, collect whatever ends, and tell how the runner did."""
    runner = _fork(run.status, lambda: _become_runner(run, owner))
    os.close(run.output)
    while True:
        pid, how = os.wait()
        if pid == runner:
            code = os.waitstatus_to_exitcode(how)
            _tell(run.status, {"exit": code} if code >= 0 else {"signal": -code})
            return


def _become_runner(run: Run, owner: int) -> NoReturn:
    os.setsid()
    os.nice(_NICE)
    work, scratch = run.folders[:2]
    isolation, confined = cage.confine(run.order, [run.runner, *run.libraries], run.folders, owner, run.own_root)
    if not confined and not run.order.unconfined:
        raise UnconfinedError("; ".join(isolation))
    # From here on the cage holds this code too: whatever a path says, nothing is written outside.
    _lay_out(run.order.files, work)
    os.chdir(work)
    # What loses its parent becomes the runner's child, and is ended before the next test.
    with suppress(OSError):
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    _tell(run.status, {"isolation": isolation, "confined": confined, "owner": owner})
    given = [os.dup(each) for each in (run.input, run.output, run.output, run.status)]
    for target, descriptor in enumerate(given):
        os.dup2(descriptor, target)
        os.set_inheritable(target, True)
    os.closerange(_STATUS + 1, os.sysconf("SC_OPEN_MAX"))
    arguments = [run.order.python, *_ARGUMENTS, run.runner, work, *run.folders[1:]]
    environment = {
        **_ENVIRONMENT,
        **ground.environment(run.order.python, run.libraries),
        "HOME": work,
        "TMPDIR": scratch,
    }
    os.execve(run.order.python, arguments, environment)


def _program() -> dict[str, str]:
    """The files of the program that runs the tests."""
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "runner")
    files = {}
    for name in os.listdir(folder):
        if name.endswith(".py"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                files[f"{_PACKAGE}/{name}"] = file.read()
    return files


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
    except UnconfinedError as error:
        _tell(status, {"unconfined": str(error)})
        os._exit(1)
    except BaseException as error:
        _tell(status, {"refused": f"{type(error).__name__}: {error}"[:1_000]})
        os._exit(1)
    os._exit(0)


def _tell(status: int, message: dict[str, object]) -> None:
    # All processes of a run share the pipe: a line within PIPE_BUF is written whole or not at all.
    os.write(status, (json.dumps(message) + "\n").encode())
