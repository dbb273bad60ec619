"""A run of a file set's unit tests, and what it said."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from activities.agents.files import check
from activities.agents.sandbox.launcher.order import Ending, Limits, Order
from activities.agents.sandbox.process import PYTHON, carry_out

# -I would ignore the seed of the hashes, which must be fixed for the same output each time; these and an
# environment of our own making are the same. -S: no site-packages either.
_ARGUMENTS = ["-P", "-s", "-S", "-B", "-u", "-m", "unittest"]

_RAN = re.compile(r"^Ran (\d+) tests? in [\d.]+s$", re.MULTILINE)
_FAILED = re.compile(r"^FAILED \((.+)\)$", re.MULTILINE)
_UNSTEADY = (
    (re.compile(r"^(Ran \d+ tests?) in [\d.]+s$", re.MULTILINE), r"\1"),
    (re.compile(r"0x[0-9a-f]{6,}"), "0x..."),
)
_USUAL = Limits()


@dataclass(frozen=True, slots=True)
class TestRun:
    """What came of it. `output` holds nothing that differs from run to run (times, addresses, folders).

    `stopped` names the limit that ended the run, or None; `isolation` says what the sandbox could enforce here.
    """

    __test__ = False  # pytest would collect it for its name

    passed: bool
    ran: int
    failed: int
    exit: str
    stopped: str | None
    output: str
    isolation: tuple[str, ...]


async def run_tests(files: Mapping[str, str], limits: Limits = _USUAL, without: Sequence[str] = ()) -> TestRun:
    """Run `python -m unittest` on the files, in a sandbox. Whatever the tests do is a result, never an error.

    Args:
        without: parts of the sandbox to do without: "namespaces", "landlock", "seccomp". For its own tests.

    Raises:
        AgentError: the file set is unsafe (not retryable), or the sandbox could not be started.
    """
    check(files)
    ending = await carry_out(Order(PYTHON, _ARGUMENTS, dict(files), "", limits, without))
    ran = max((int(count) for count in _RAN.findall(ending.output)), default=0)
    return TestRun(
        passed=ending.exit_code == 0 and not ending.stopped and ran > 0,
        ran=ran,
        failed=_failures(ending.output),
        exit=_exit(ending),
        stopped=ending.stopped or _limit_in(ending, limits),
        output=_steady(ending.output),
        isolation=tuple(ending.isolation),
    )


def _failures(output: str) -> int:
    """Failures and errors in unittest's last line: "FAILED (failures=1, errors=2, skipped=3)"."""
    lines = _FAILED.findall(output)
    counts = dict(part.split("=", 1) for part in lines[-1].split(", ") if "=" in part) if lines else {}
    named = (counts.get(name, "0") for name in ("failures", "errors", "unexpected successes"))
    return sum(int(count) for count in named if count.isdigit())


def _exit(ending: Ending) -> str:
    return f"signal {ending.signal}" if ending.signal is not None else f"code {ending.exit_code}"


def _limit_in(ending: Ending, limits: Limits) -> str | None:
    """The limit that ended the tests from inside the cage, where one did."""
    if ending.signal == signal.SIGXCPU:
        return f"used more than {limits.cpu_seconds} s of processor time"
    if ending.exit_code and re.search(r"^MemoryError\b", ending.output, re.MULTILINE):
        return f"asked for more than {limits.memory:,} bytes of memory"
    return None


def _steady(output: str) -> str:
    for pattern, steady in _UNSTEADY:
        output = pattern.sub(steady, output)
    return output.replace(str(Path(os.__file__).parent), "python")
