"""Unit tests: a file set's own, beside the code that they import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from artifacts.file_sets import check
from sandbox.launcher.protocol import DEFAULT_LIMITS, Limits, RunRequest
from sandbox.launcher_process import PYTHON
from sandbox.run_report import RunReport, run

if TYPE_CHECKING:  # the sandbox itself needs nothing but the standard library
    from sandbox.toolchain import Toolchain


async def run_tests(
    files: Mapping[str, str],
    limits: Limits = DEFAULT_LIMITS,
    without: Sequence[str] = (),
    *,
    unconfined: bool = False,
    loopback: bool = False,
    toolchain: Toolchain | None = None,
) -> RunReport:
    """Run the unit tests in the files in a sandbox; Python's each in a process of its own.

    Whatever the tests do is a result, never an error.

    Args:
        without: parts of the sandbox to leave out: "namespaces", "landlock", "seccomp". For the sandbox's own tests.
        unconfined: run them even if the system cannot confine them.
        loopback: let them use sockets, if the run has a network of its own.
        toolchain: what they are written for. None: Python.

    Raises:
        InvalidArtifactError: the file set is unsafe.
        SandboxError: the sandbox could not be started, or the toolchain's program is missing.
        UnconfinedError: they cannot be confined here.
    """
    check(files)
    request = RunRequest(PYTHON, dict(files), "", limits, without, unconfined, loopback=loopback)
    if toolchain is None or toolchain.is_built_in:
        return await run(request)
    request = toolchain.prepare(request)
    command = [each.replace("{program}", request.program or "") for each in toolchain.test]
    return toolchain.complete(await run(request._replace(command=command)), files)
