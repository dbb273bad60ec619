"""Runs in a forked child: it loads the code under test, which may do anything to this process."""

from __future__ import annotations

import itertools
import json
import os
import sys
import traceback
import unittest
import warnings
from collections.abc import Iterator
from types import ModuleType, TracebackType
from typing import Any

from .discovery import Test

__unittest = True  # unittest leaves the frames of such modules out of its tracebacks

PASSED, FAILED, ERROR, SKIPPED = "passed", "failed", "error", "skipped"
EXPECTED, UNEXPECTED = "expected failure", "unexpected success"
OUTCOMES = (ERROR, FAILED, UNEXPECTED, EXPECTED, SKIPPED, PASSED)
"""Outcomes of a test that runs to its end, the worst first."""

MAX_LISTED = 20_000

_Exception = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


def run(test: Test) -> str:
    """Run one test with the fixtures of its class and module, print what went wrong, and return its outcome."""
    # A test that returns something, usually a coroutine, has not run at all.
    warnings.filterwarnings("error", "It is deprecated to return a value", DeprecationWarning)
    try:
        case = _find_case(test)
    except unittest.SkipTest as skipped:
        _print(f"SKIPPED: {test.name}: {skipped}")
        return SKIPPED
    except BaseException:
        _print_error(f"ERROR: {test.name}")
        return ERROR
    result = _Result()
    try:
        unittest.TestSuite([case]).run(result)
    except BaseException:
        _print_error(f"ERROR: {test.name}")
        return ERROR
    result.print_errors()
    return next((outcome for outcome in OUTCOMES if outcome in result.seen), ERROR)


def list_tests(modules: list[str]) -> Iterator[str]:
    """Load modules, and yield a JSON object for each: the tests that it has once loaded, or why it cannot be loaded."""
    loader = unittest.TestLoader()
    for name in modules:
        try:
            module = _import(name)
            cases = itertools.islice(_flatten(loader.loadTestsFromModule(module)), MAX_LISTED)
            names = [case.id() for case in cases]
            yield json.dumps({"module": name, "tests": names})
        except unittest.SkipTest as skipped:
            _print(f"SKIPPED: {name}: {skipped}")
            yield json.dumps({"module": name, "outcome": SKIPPED})
        except BaseException:
            _print_error(f"ERROR: {name} cannot be loaded")
            yield json.dumps({"module": name, "outcome": ERROR})


def _find_case(test: Test) -> unittest.TestCase:
    module = _import(test.module)
    if test.name.startswith(f"{test.module}."):
        found: Any = module
        *path, method = test.name.removeprefix(f"{test.module}.").split(".")
        for part in path:
            found = getattr(found, part, None)
        if isinstance(found, type) and issubclass(found, unittest.TestCase) and hasattr(found, method):
            return found(method)
    for case in _flatten(unittest.TestLoader().loadTestsFromModule(module)):
        if case.id() == test.name:
            return case
    raise LookupError(f"{test.name} is in the source, but does not exist once its module is loaded")


def _import(name: str) -> ModuleType:
    __import__(name)
    return sys.modules[name]


def _flatten(suite: Any) -> Iterator[unittest.TestCase]:
    for each in suite:
        if isinstance(each, unittest.TestCase):
            yield each
        else:
            yield from _flatten(each)


class _Result(unittest.TestResult):
    """Records every outcome of one test and its fixtures."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def addSuccess(self, test: unittest.TestCase) -> None:
        self.seen.add(PASSED)

    def addError(self, test: unittest.TestCase, err: _Exception) -> None:
        super().addError(test, err)
        self.seen.add(ERROR)

    def addFailure(self, test: unittest.TestCase, err: _Exception) -> None:
        super().addFailure(test, err)
        self.seen.add(FAILED)

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: _Exception | None) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.seen.add(FAILED if err[0] and issubclass(err[0], test.failureException) else ERROR)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        _print(f"SKIPPED: {test}: {reason}")
        self.seen.add(SKIPPED)

    def addExpectedFailure(self, test: unittest.TestCase, err: _Exception) -> None:
        super().addExpectedFailure(test, err)
        self.seen.add(EXPECTED)

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self.seen.add(UNEXPECTED)

    def print_errors(self) -> None:
        for heading, list in (("ERROR", self.errors), ("FAIL", self.failures), ("EXPECTED", self.expectedFailures)):
            for test, text in list:
                _print(f"{_RULE}\n{heading}: {test}\n{_THIN}\n{text}")


_RULE, _THIN = "=" * 70, "-" * 70


def _print_error(heading: str) -> None:
    kind, error, trace = sys.exc_info()
    while trace is not None and "__unittest" in trace.tb_frame.f_globals:
        trace = trace.tb_next
    _print(f"{_RULE}\n{heading}\n{_THIN}\n{''.join(traceback.format_exception(kind, error, trace))}")


def _print(text: str) -> None:
    # Not through sys.stderr: the code under test may have replaced it.
    os.write(2, f"{text}\n".encode(errors="backslashreplace"))
