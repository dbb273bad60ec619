"""One attempt: the processes between the supervisor, which stays outside, and the Python that runs the tests."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple, NoReturn

from . import command, confinement, files, kernel, namespaces
from .protocol import RunRequest

WORK, SCRATCH, SHARED = "/sandbox", "/tmp", "/dev/shm"
_RUNNER, _PRODUCT = "/runner", "/product"
"""Where the program that runs the tests is, and what acceptance tests drive: they may read both, but change neither."""
_STATUS = 3
"""The descriptor on which the runner reports."""

OVERHEAD = 4
"""Processes of a run that are not the tests': the group leader, the namespaces' init, the runner, and a spare."""

_NICE = 10
"""The worker and the servers run before the tests."""


class ConfinementError(Exception):
    """The system cannot confine the code."""


class Attempt(NamedTuple):
    """One attempt at a request. The descriptors are the runner's input, output and status."""

    request: RunRequest
    own_root: bool
    libraries: list[str]
    input: int
    output: int
    status: int

    @property
    def runner(self) -> str:
        return _RUNNER if self.own_root else self.request.folder + _RUNNER

    @property
    def product(self) -> str:
        return _PRODUCT if self.own_root else self.request.folder + _PRODUCT

    @property
    def loopback(self) -> bool:
        """Whether the run may use sockets: only in a network of its own."""
        return self.own_root and self.request.loopback

    @property
    def read_only(self) -> list[str]:
        """The folders that the tests may only read: the runner, the product, and the names of hosts."""
        product = [self.product] if self.request.product is not None else []
        return [self.runner, *product, *(["/etc"] if self.loopback else [])]

    @property
    def folders(self) -> list[str]:
        """The folders that the tests may write in; the first one holds the files."""
        return [WORK, SCRATCH, SHARED] if self.own_root else [self.request.folder + WORK, self.request.folder + SCRATCH]


def start(attempt: Attempt) -> int:
    """Start an attempt in a process group of its own and return its process id.

    What the tests print goes to the output. The status receives JSON lines: {"isolation": [...]} before the runner
    starts, what the runner reports, {"exit": code} or {"signal": number} when it has ended, {"refused": why} if the
    system forbids this kind of run, {"unconfined": why} if it cannot confine it.
    """
    return _fork(attempt.status, lambda: _lead_group(attempt))


def _lead_group(attempt: Attempt) -> None:
    """Enter the namespaces as the group leader, and start a child as their first process."""
    os.setsid()
    # Another user must be able to read these files, whatever the worker's umask.
    os.umask(0o022)
    if attempt.own_root:
        namespaces.enter(attempt.loopback)
        user = confinement.choose_user(attempt.request, attempt.own_root, attempt.libraries)
        init = _fork(attempt.status, lambda: _run_as_init(attempt, user))
        os.close(attempt.output)
        os.waitpid(init, 0)
        return
    user = confinement.choose_user(attempt.request, attempt.own_root, attempt.libraries)
    for folder in attempt.folders:
        os.mkdir(folder)
        os.chown(folder, user, -1)
    for folder, contents in _read_only_files(attempt).items():
        files.write(contents, folder)
    _supervise_runner(attempt, user)


def _run_as_init(attempt: Attempt, user: int) -> None:
    """Run as the first process of the namespaces: when it ends, the kernel ends all others there."""
    read_only = _read_only_files(attempt)
    namespaces.build_root(attempt.request, attempt.folders, user, attempt.libraries)
    for folder, contents in read_only.items():
        files.write(contents, folder)
        namespaces.make_read_only(folder)
    _supervise_runner(attempt, user)


def _supervise_runner(attempt: Attempt, user: int) -> None:
    """Start the runner, reap every process that ends, and report how the runner ended."""
    runner = _fork(attempt.status, lambda: _exec_runner(attempt, user))
    os.close(attempt.output)
    while True:
        pid, status = os.wait()
        if pid == runner:
            code = os.waitstatus_to_exitcode(status)
            _report(attempt.status, {"exit": code} if code >= 0 else {"signal": -code})
            return


def _exec_runner(attempt: Attempt, user: int) -> NoReturn:
    os.setsid()
    os.nice(_NICE)
    work, scratch = attempt.folders[:2]
    readable = [*attempt.read_only, *attempt.libraries]
    isolation, confined = confinement.confine(
        attempt.request, readable, attempt.folders, user, attempt.own_root, attempt.loopback
    )
    if not confined and not attempt.request.unconfined:
        raise ConfinementError("; ".join(isolation))
    # This process is confined now, so that no path can make it write outside.
    files.write(attempt.request.files, work)
    os.chdir(work)
    # Orphans become the runner's children, and are killed before the next test.
    with suppress(OSError):
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    _report(attempt.status, {"isolation": isolation, "confined": confined, "user": user})
    descriptors = [os.dup(each) for each in (attempt.input, attempt.output, attempt.output, attempt.status)]
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
        os.set_inheritable(target, True)
    os.closerange(_STATUS + 1, os.sysconf("SC_OPEN_MAX"))
    environment = {**command.environment(attempt.request, attempt.libraries), "HOME": work, "TMPDIR": scratch}
    product = command.product(attempt.request, attempt.product, attempt.runner, environment)
    commands = [json.dumps(product), json.dumps(attempt.request.command)]
    # Without Landlock, a user who owns the root of the run may write there, too.
    root = ["/"] if attempt.own_root and os.access("/", os.W_OK) else []
    arguments = command.runner(attempt.request, attempt.runner, [*commands, work, *attempt.folders[1:], *root])
    os.execve(arguments[0], arguments, environment)


def _read_only_files(attempt: Attempt) -> dict[str, Mapping[str, str | bytes]]:
    """Return the files of each folder that the tests may only read."""
    product = attempt.request.product.files if attempt.request.product is not None else {}
    return dict(zip(attempt.read_only, [files.of_the_runner(), product, namespaces.HOST_NAMES], strict=False))


def _fork(status: int, act: Callable[[], None]) -> int:
    """Run `act` in a child that dies with this process, and return its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        with suppress(OSError):
            kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        act()
    except ConfinementError as error:
        _report(status, {"unconfined": str(error)})
        os._exit(1)
    except BaseException as error:
        _report(status, {"refused": f"{type(error).__name__}: {error}"[:1_000]})
        os._exit(1)
    os._exit(0)


def _report(status: int, message: dict[str, object]) -> None:
    # All processes of a run share the pipe: a line within PIPE_BUF is written whole or not at all.
    os.write(status, (json.dumps(message) + "\n").encode())
