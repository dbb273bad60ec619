"""A run of a file set's unit tests, and what came of it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from artifacts.file_sets import check
from sandbox.errors import UnconfinedError
from sandbox.launcher.order import Ending, Limits, Order
from sandbox.process import PYTHON, carry_out

_PASSED = "passed"
_RAN = (_PASSED, "failed", "error", "expected failure", "unexpected success")
"""What becomes of a test that runs to its end; the words are the runner's."""

_UNSTEADY = (re.compile(r"0x[0-9a-f]{6,}"), "0x...")
_USUAL = Limits()


@dataclass(frozen=True, slots=True)
class TestRun:
    """What came of it. `output` holds nothing that differs from run to run (times, addresses, folders).

    `counted` is how many tests there are, most of them read from the source; `passed` is true only when each of them
    ran to its end and succeeded. `outcomes` says of each what became of it. `stopped` names the limit that ended the
    run, or None; `isolation` says what the sandbox could enforce here, and `confined` whether that was enough.
    """

    __test__ = False  # pytest would collect it for its name

    passed: bool
    counted: int
    ran: int
    failed: int
    exit: str
    stopped: str | None
    output: str
    isolation: tuple[str, ...]
    confined: bool
    outcomes: tuple[tuple[str, str], ...]


async def run_tests(
    files: Mapping[str, str], limits: Limits = _USUAL, without: Sequence[str] = (), *, unconfined: bool = False
) -> TestRun:
    """Run the unit tests in the files, each in a process of its own, in a sandbox.

    Whatever the tests do is a result, never an error.

    Args:
        without: parts of the sandbox to do without: "namespaces", "landlock", "seccomp". For its own tests.
        unconfined: run them even where the system offers too little to confine them.

    Raises:
        InvalidArtifactError: the file set is unsafe.
        SandboxError: the sandbox could not be started.
        UnconfinedError: they cannot be confined here.
    """
    check(files)
    ending = await carry_out(Order(PYTHON, dict(files), "", limits, without, unconfined))
    if ending.refused:
        raise UnconfinedError(ending.refused)
    outcomes = _outcomes(ending)
    ends = [end for _, end in outcomes]
    passed = bool(ends) and all(end == _PASSED for end in ends)
    return TestRun(
        passed=passed and ending.finished and ending.exit_code == 0 and not ending.stopped,
        counted=len(ends),
        ran=sum(end in _RAN for end in ends),
        failed=len(ending.outcomes) - ends.count(_PASSED),
        exit=_exit(ending),
        stopped=ending.stopped or _limit_in(ending, limits),
        output=_steady(ending.output),
        isolation=tuple(ending.isolation),
        confined=ending.confined,
        outcomes=outcomes,
    )


def _outcomes(ending: Ending) -> tuple[tuple[str, str], ...]:
    """What became of each test; of a run that ended early, the first without an outcome was the one under way."""
    missing = len(ending.counted) - len(ending.outcomes)
    ends = [*ending.outcomes, *["was under way when the run ended", *["not run"] * missing][:missing]]
    return tuple(zip(ending.counted, ends, strict=True))


def _exit(ending: Ending) -> str:
    return f"signal {ending.signal}" if ending.signal is not None else f"code {ending.exit_code}"


def _limit_in(ending: Ending, limits: Limits) -> str | None:
    """The limit that ended the tests from inside the cage, where one did."""
    if any(signal.SIGXCPU.name in end for end in ending.outcomes):
        return f"used more than {limits.cpu_seconds} s of processor time"
    if ending.exit_code and re.search(r"^MemoryError\b", ending.output, re.MULTILINE):
        return f"asked for more than {limits.memory:,} bytes of memory"
    return None


def _steady(output: str) -> str:
    pattern, steady = _UNSTEADY
    return pattern.sub(steady, output).replace(str(Path(os.__file__).parent), "python")
