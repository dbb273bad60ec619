"""Runs in a forked child: it loads the code under test, which may do anything to this process."""

from __future__ import annotations

import itertools
import json
import os
import sys
import traceback
import unittest
import warnings
from collections.abc import Iterator, MutableSequence
from types import FunctionType, ModuleType, TracebackType
from typing import Any

from .discovery import Test

__unittest = True  # unittest leaves the frames of such modules out of its tracebacks

PASSED, FAILED, ERROR, SKIPPED = "passed", "failed", "error", "skipped"
EXPECTED, UNEXPECTED = "expected failure", "unexpected success"
OUTCOMES = (ERROR, FAILED, UNEXPECTED, EXPECTED, SKIPPED, PASSED)
"""Outcomes of a test that runs to its end, the worst first."""

MAX_LISTED = 20_000
_MAX_DETAIL, _MAX_ERROR = 4_000, 1_500
"""Characters of what went wrong in a test, and of one exception."""

_Exception = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


def run(test: Test, history: MutableSequence[str]) -> Iterator[str]:
    """Run one test with the fixtures of its class and module, print what went wrong, and yield a JSON array of its
    outcome and of its exceptions, each with what was in `history` when it was raised."""
    result = _Result(history)
    outcome = _outcome(test, result)
    yield json.dumps([outcome, "\n".join(result.details)[:_MAX_DETAIL]])


def _outcome(test: Test, result: _Result) -> str:
    # A test that returns something, usually a coroutine, has not run at all.
    warnings.filterwarnings("error", "It is deprecated to return a value", DeprecationWarning)
    try:
        case = _find_case(test)
    except unittest.SkipTest as skipped:
        _print(f"SKIPPED: {test.name}: {skipped}")
        return SKIPPED
    except BaseException as error:
        _print_error(f"ERROR: {test.name}")
        result.details.append(_describe(error))
        return ERROR
    try:
        unittest.TestSuite([case]).run(result)
    except BaseException as error:
        _print_error(f"ERROR: {test.name}")
        result.details.append(_describe(error))
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
        except BaseException as error:
            _print_error(f"ERROR: {name} cannot be loaded")
            yield json.dumps({"module": name, "outcome": ERROR, "detail": _describe(error)})


def _find_case(test: Test) -> unittest.TestCase:
    module = _import(test.module)
    if test.name.startswith(f"{test.module}."):
        found: Any = module
        *path, method = test.name.removeprefix(f"{test.module}.").split(".")
        for part in path:
            found = getattr(found, part, None)
        if isinstance(found, type) and issubclass(found, unittest.TestCase) and hasattr(found, method):
            return found(method)
        if found is module and isinstance(function := getattr(module, method, None), FunctionType):
            return _Function(function, test.name)
    for case in _flatten(unittest.TestLoader().loadTestsFromModule(module)):
        if case.id() == test.name:
            return case
    raise LookupError(f"{test.name} is in the source, but does not exist once its module is loaded")


class _Function(unittest.FunctionTestCase):
    """A test that is a function."""

    def __init__(self, function: FunctionType, name: str) -> None:
        super().__init__(self._call)
        self._function, self._name = function, name

    def _call(self) -> None:
        if self._function() is not None:  # as for methods: usually something that has not run at all
            raise DeprecationWarning(f"{self._name} returned a value")

    def id(self) -> str:
        return self._name

    def __str__(self) -> str:
        return self._name


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

    def __init__(self, history: MutableSequence[str]) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.details: list[str] = []
        self._history = history

    def addSuccess(self, test: unittest.TestCase) -> None:
        self.seen.add(PASSED)

    def addError(self, test: unittest.TestCase, err: _Exception) -> None:
        super().addError(test, err)
        self.seen.add(ERROR)
        self._keep("", err[1])

    def addFailure(self, test: unittest.TestCase, err: _Exception) -> None:
        super().addFailure(test, err)
        self.seen.add(FAILED)
        self._keep("", err[1])

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: _Exception | None) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.seen.add(FAILED if err[0] and issubclass(err[0], test.failureException) else ERROR)
            self._keep(f"{subtest}".removeprefix(f"{test} ") + ": ", err[1])
        self._history.clear()

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        _print(f"SKIPPED: {test}: {reason}")
        self.seen.add(SKIPPED)

    def addExpectedFailure(self, test: unittest.TestCase, err: _Exception) -> None:
        super().addExpectedFailure(test, err)
        self.seen.add(EXPECTED)

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self.seen.add(UNEXPECTED)

    def _keep(self, part: str, error: BaseException | None) -> None:
        self.details += [part + _describe(error), *(f"- {action}" for action in self._history)]

    def print_errors(self) -> None:
        for heading, list in (("ERROR", self.errors), ("FAIL", self.failures), ("EXPECTED", self.expectedFailures)):
            for test, text in list:
                _print(f"{_RULE}\n{heading}: {test}\n{_THIN}\n{text}")


_RULE, _THIN = "=" * 70, "-" * 70


def _describe(error: BaseException | None) -> str:
    """Return an exception's kind and text, without the source that raised it."""
    return "".join(traceback.format_exception_only(error)).rstrip()[:_MAX_ERROR]


def _print_error(heading: str) -> None:
    kind, error, trace = sys.exc_info()
    while trace is not None and "__unittest" in trace.tb_frame.f_globals:
        trace = trace.tb_next
    _print(f"{_RULE}\n{heading}\n{_THIN}\n{''.join(traceback.format_exception(kind, error, trace))}")


def _print(text: str) -> None:
    # Not through sys.stderr: the code under test may have replaced it.
    os.write(2, f"{text}\n".encode(errors="backslashreplace"))
