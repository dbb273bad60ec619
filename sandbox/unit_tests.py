"""Unit tests: a file set's own, beside the code that they import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from artifacts.file_sets import check
from sandbox.launcher.protocol import DEFAULT_LIMITS, Limits, RunRequest
from sandbox.launcher_process import PYTHON
from sandbox.runs import TestRun, run


async def run_tests(
    files: Mapping[str, str],
    limits: Limits = DEFAULT_LIMITS,
    without: Sequence[str] = (),
    *,
    unconfined: bool = False,
    loopback: bool = False,
) -> TestRun:
    """Run the unit tests in the files, each in a process of its own, in a sandbox.

    Whatever the tests do is a result, never an error.

    Args:
        without: parts of the sandbox to leave out: "namespaces", "landlock", "seccomp". For the sandbox's own tests.
        unconfined: run them even if the system cannot confine them.
        loopback: let them use sockets, if the run has a network of its own.

    Raises:
        InvalidArtifactError: the file set is unsafe.
        SandboxError: the sandbox could not be started.
        UnconfinedError: they cannot be confined here.
    """
    check(files)
    return await run(RunRequest(PYTHON, dict(files), "", limits, without, unconfined, loopback=loopback))
