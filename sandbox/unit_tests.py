"""Runs a file set's unit tests in the sandbox, a few runs at a time."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from artifacts.file_sets import check
from sandbox.errors import UnconfinedError
from sandbox.launcher.protocol import Limits, RunRequest, RunResult
from sandbox.launcher_process import PYTHON, launch

_DEFAULT_LIMITS = Limits()
_CPU_SHARE = 2 / 3
"""The share of a run's wall-clock limit that it may spend as processor time."""

_PASSED = "passed"
_FINISHED = (_PASSED, "failed", "error", "expected failure", "unexpected success")
"""Outcomes of a test that ran to its end, as the runner words them."""

_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True, slots=True)
class TestRun:
    """The result of a run. `output` holds nothing that differs from run to run (times, addresses, folders).

    `counted` is the number of tests, most of them read from the source; `passed` is true only if each of them ran to
    its end and succeeded. `outcomes` holds the name and outcome of each. `stopped` names the limit that ended the run,
    or None; `isolation` lists what the sandbox could enforce here, and `confined` whether that was enough.
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


class Sandbox:
    """Runs tests for up to `seconds` each, at most `at_once` runs at a time: each may take a gigabyte.

    Where the system cannot confine the tests, they are refused, unless `allow_unconfined`.
    """

    def __init__(
        self,
        seconds: float = _DEFAULT_LIMITS.seconds,
        at_once: int = 2 * (os.cpu_count() or 1),
        *,
        allow_unconfined: bool = False,
    ) -> None:
        self._limits = _DEFAULT_LIMITS._replace(seconds=seconds, cpu_seconds=max(1, round(_CPU_SHARE * seconds)))
        self._slots = asyncio.Semaphore(at_once)
        self._allow_unconfined = allow_unconfined

    async def run_tests(self, files: Mapping[str, str], *, harmless: bool = False) -> TestRun:
        """Wait for a free slot, then run the tests as the function `run_tests` does.

        Args:
            harmless: only this program wrote the files, so that they may run unconfined.
        """
        async with self._slots:
            return await run_tests(files, self._limits, unconfined=harmless or self._allow_unconfined)


async def run_tests(
    files: Mapping[str, str],
    limits: Limits = _DEFAULT_LIMITS,
    without: Sequence[str] = (),
    *,
    unconfined: bool = False,
) -> TestRun:
    """Run the unit tests in the files, each in a process of its own, in a sandbox.

    Whatever the tests do is a result, never an error.

    Args:
        without: parts of the sandbox to leave out: "namespaces", "landlock", "seccomp". For the sandbox's own tests.
        unconfined: run them even if the system cannot confine them.

    Raises:
        InvalidArtifactError: the file set is unsafe.
        SandboxError: the sandbox could not be started.
        UnconfinedError: they cannot be confined here.
    """
    check(files)
    result = await launch(RunRequest(PYTHON, dict(files), "", limits, without, unconfined))
    if result.refused:
        raise UnconfinedError(result.refused)
    tests = _outcome_of_each_test(result)
    outcomes = [outcome for _, outcome in tests]
    passed = bool(outcomes) and all(outcome == _PASSED for outcome in outcomes)
    return TestRun(
        passed=passed and result.finished and result.exit_code == 0 and not result.stopped,
        counted=len(outcomes),
        ran=sum(outcome in _FINISHED for outcome in outcomes),
        failed=len(result.outcomes) - outcomes.count(_PASSED),
        exit=_exit(result),
        stopped=result.stopped or _limit_hit(result, limits),
        output=_reproducible(result.output),
        isolation=tuple(result.isolation),
        confined=result.confined,
        outcomes=tests,
    )


def _outcome_of_each_test(result: RunResult) -> tuple[tuple[str, str], ...]:
    """Return each test's outcome. If the run ended early, the first test without one was running."""
    missing = len(result.counted) - len(result.outcomes)
    outcomes = [*result.outcomes, *["running when the run ended", *["not run"] * missing][:missing]]
    return tuple(zip(result.counted, outcomes, strict=True))


def _exit(result: RunResult) -> str:
    return f"signal {result.signal}" if result.signal is not None else f"code {result.exit_code}"


def _limit_hit(result: RunResult, limits: Limits) -> str | None:
    """Return the limit that ended the tests from inside the sandbox, or None."""
    if any(signal.SIGXCPU.name in outcome for outcome in result.outcomes):
        return f"used more than {limits.cpu_seconds} s of processor time"
    if result.exit_code and re.search(r"^MemoryError\b", result.output, re.MULTILINE):
        return f"asked for more than {limits.memory:,} bytes of memory"
    return None


def _reproducible(output: str) -> str:
    return _ADDRESS.sub("0x...", output).replace(str(Path(os.__file__).parent), "python")
