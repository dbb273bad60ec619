"""A run of tests in the sandbox, and what a caller learns from it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import UnconfinedError
from sandbox.launcher.protocol import Limits, RunRequest, RunResult
from sandbox.launcher_process import launch
from sandbox.runner.discovery import NEEDS_PYTEST

PASSED = "passed"
_FINISHED = (PASSED, "failed", "error", "expected failure", "unexpected success")
"""Outcomes of a test that ran to its end, as the runner words them."""

_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True, slots=True)
class RunReport:
    """The result of a run. `output` holds nothing that differs from run to run (times, addresses, folders).

    `counted` is the number of tests, most of them read from the source; `passed` is true only if there are tests and
    each of them, except for those that need pytest, ran to its end and succeeded. `outcomes` holds the name and outcome
    of each. `stopped` names the limit that ended the run, or None; `isolation` lists what the sandbox could enforce
    here, and `confined` whether that was enough.

    `details` holds, for tests that raised exceptions, their texts, without the source of the tests, and what the
    product was last asked and answered. Like `output`, it comes from the code under test and may say anything.
    """

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
    details: Mapping[str, str]

    @property
    def need_pytest(self) -> int:
        """The number of tests that were not run because they need pytest."""
        return sum(outcome == NEEDS_PYTEST for _, outcome in self.outcomes)

    @property
    def not_passed(self) -> list[tuple[str, str]]:
        """The names and outcomes of the tests that prevent `passed`."""
        return [(name, outcome) for name, outcome in self.outcomes if outcome not in (PASSED, NEEDS_PYTEST)]


async def run(request: RunRequest) -> RunReport:
    """Carry out a request. Whatever the tests do is a result, never an error.

    Raises:
        SandboxError: the sandbox could not be started.
        UnconfinedError: the tests cannot be confined here.
    """
    result = await launch(request)
    if result.refused:
        raise UnconfinedError(result.refused)
    # The code under test names the tests that exist only once it runs.
    result = result._replace(counted=[" ".join(name.split()) for name in result.counted])
    tests = _outcome_of_each_test(result)
    outcomes = [outcome for _, outcome in tests]
    without_pytest = [outcome for outcome in outcomes if outcome != NEEDS_PYTEST]
    passed = bool(without_pytest) and all(outcome == PASSED for outcome in without_pytest)
    return RunReport(
        passed=passed and result.finished and result.exit_code == 0 and not result.stopped,
        counted=len(outcomes),
        ran=sum(outcome in _FINISHED for outcome in outcomes),
        failed=len(result.outcomes) - outcomes.count(PASSED) - outcomes.count(NEEDS_PYTEST),
        exit=_exit(result),
        stopped=result.stopped or _limit_hit(result, request.limits),
        output=_reproducible(result.output),
        isolation=tuple(result.isolation),
        confined=result.confined,
        outcomes=tests,
        details={
            name: _reproducible(detail.encode(errors="replace").decode())
            for name, detail in zip(result.counted, result.details, strict=False)
            if detail
        },
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
