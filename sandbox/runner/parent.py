"""The parent process: forks a child for each test, and trusts only the child's exit status and its own report."""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, MutableSequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from . import child
from .discovery import MAX_TESTS, NEEDS_PYTEST, Test, discover
from .fork import run_in_child
from .modules import own_modules, source_folders
from .workspace import Workspace

STATUS = 3
"""The descriptor on which this process reports, in JSON lines. No child has it."""

# Standard library modules that tests often import and that are slow to load: loaded once here, not in each test.
_SLOW_IMPORTS = {
    "argparse",
    "asyncio",
    "contextlib",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "hashlib",
    "inspect",
    "logging",
    "pathlib",
    "random",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "typing",
    "unittest.mock",
    "urllib.parse",
    "uuid",
}
_MAX_DETAILS = 200_000
"""Characters that are reported of what went wrong in all tests."""

_IMPORTED = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.MULTILINE)


class Outcome(NamedTuple):
    """How a test ended, and what went wrong."""

    end: str
    detail: str = ""


def main() -> None:
    """Find, run and report the tests. Exits with 0 if every test passed that can be run here, and with 1 otherwise.

    Reports {"ready": true}, {"counted": [names]}, then {"test": name, "outcome": outcome, "detail": text} of each in
    that order, and {"finished": true}; {"leftovers": true} asks the supervisor to kill what a test left running, and
    waits for a line on stdin.
    """
    own, product, command, work, *scratch = sys.argv[1:]
    # The files are never on this process's path: its later imports come from the standard library.
    sys.path.remove(own)
    if (arguments := json.loads(command)) is not None:
        sys.exit(_run_command(arguments, work))
    workspace = Workspace(work, scratch)
    _report(ready=True)
    texts = {os.path.relpath(path, work): text for path, text in workspace.texts()}
    _preload(texts)
    gc.freeze()  # so that no test's process copies the pages of what all of them share
    children = _Children(texts, work, json.loads(product))
    if children.acceptance:
        # The product may read these folders.
        workspace.forget()
    tests, outcomes = _all_tests(texts, children)
    _report(counted=[test.name for test in tests])
    room = _MAX_DETAILS
    for test in tests:
        outcome = outcomes.get(test.name)
        if outcome is None:
            try:
                workspace.restore()
            except (OSError, RecursionError) as error:
                raise SystemExit(f"The files cannot be restored for {test.name}: {error}") from None
            outcome = children.run(test)
        outcomes[test.name] = outcome
        detail = outcome.detail[:room]
        room -= len(detail)
        _report(test=test.name, outcome=outcome.end, detail=detail)
    _report(finished=True)
    ends = [outcome.end for outcome in outcomes.values() if outcome.end != NEEDS_PYTEST]
    _print_summary(ends)
    # Nothing is left to clean up, which would take Python longer than a test.
    os._exit(0 if ends and all(end == child.PASSED for end in ends) else 1)


def _run_command(arguments: list[str], work: str) -> int:
    """Run and report tests of another language. Return the exit code."""
    from . import tap  # only here, because it is slow to load

    _report(ready=True)
    tests, code = tap.run(arguments, work)
    _report(counted=[test.name for test in tests])
    for test in tests:
        _report(test=test.name, outcome=test.outcome, detail=test.detail)
    _report(finished=True)
    return code


class _Children:
    """Runs code of the tests in children. With a `product`, which says how it is started, they are acceptance tests."""

    def __init__(self, texts: Mapping[str, str], work: str, product: dict[str, Any] | None) -> None:
        self.acceptance = product is not None
        self._history: MutableSequence[str] = []
        self._prepare = partial(_search, [work, *(f"{work}/{folder}" for folder in source_folders(texts))])
        if product is not None:
            from . import acceptance  # only here, because it is slow to load

            self._history = acceptance.history
            self._prepare = partial(acceptance.prepare, texts, product, work)

    def list_tests(self, modules: list[str]) -> tuple[list[str], str | None]:
        return run_in_child(lambda: child.list_tests(modules), self._prepare, _kill_leftovers)

    def run(self, test: Test) -> Outcome:
        lines, end = run_in_child(lambda: child.run(test, self._history), self._prepare, _kill_leftovers)
        if end is not None:
            return Outcome(end)
        with suppress(ValueError, TypeError, RecursionError):
            outcome, detail = json.loads(*lines)
            if outcome in child.OUTCOMES:
                return Outcome(outcome, str(detail))
        return Outcome("ended with an invalid report")


def _search(folders: list[str]) -> None:
    sys.path[:0] = folders


def _preload(texts: Mapping[str, str]) -> None:
    own = own_modules(texts)
    named = {name for text in texts.values() for name in _IMPORTED.findall(text)}
    if any("IsolatedAsyncioTestCase" in text for text in texts.values()):
        named.add("asyncio")
    for name in sorted(named & _SLOW_IMPORTS):
        if name.partition(".")[0] not in own:
            importlib.import_module(name)


def _all_tests(texts: Mapping[str, str], children: _Children) -> tuple[list[Test], dict[str, Outcome]]:
    """Return the tests in the source and those that exist only once the code runs, and outcomes that are known."""
    python = {path: text for path, text in texts.items() if path.endswith(".py")}
    found = discover(python, acceptance=children.acceptance)
    tests = {test.name: test for test in found.tests}
    outcomes = {name: Outcome(f"never runs: {why}") for name, why in found.never_run.items()}
    outcomes |= dict.fromkeys(found.need_pytest, Outcome(NEEDS_PYTEST))
    tests.update({name: Test("", name) for name in outcomes})
    lines, end = children.list_tests(found.modules) if found.modules else ([], None)
    if end is not None:
        # There may be more tests, which cannot be known.
        name = "listing the modules' tests"
        tests[name], outcomes[name] = Test("", name), Outcome(end)
    for module, names, outcome in _parse(lines):
        if outcome is not None:
            # Each of its tests would fail in the same way.
            broken = [name for name, test in tests.items() if test.module == module] or [module]
            tests.update({name: Test(module, name) for name in broken})
            outcomes.update(dict.fromkeys(broken, outcome))
        for name in names:
            tests.setdefault(name, Test(module, name))
    if len(tests) > MAX_TESTS:
        raise SystemExit(f"There are {len(tests):,} tests, more than {MAX_TESTS:,}.")
    positions = {module: position for position, module in enumerate(found.modules)}
    return sorted(tests.values(), key=lambda test: positions.get(test.module, -1)), outcomes


def _parse(lines: list[str]) -> Iterator[tuple[str, list[str], Outcome | None]]:
    """Yield what a child listed, without lines of the wrong shape: it may report anything."""
    for line in lines:
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            listed = json.loads(line)
            names = [name[:300] for name in listed.get("tests", [])]
            end = listed.get("outcome")
            why = Outcome(f"{end}: its module cannot be loaded", str(listed.get("detail", "")))
            yield str(listed["module"]), names, why if end in (child.ERROR, child.SKIPPED) else None


def _print_summary(ends: list[str]) -> None:
    ran = sum(end in child.OUTCOMES and end != child.SKIPPED for end in ends)
    bad = [("failures", child.FAILED), ("skipped", child.SKIPPED), ("expected failures", child.EXPECTED)]
    bad += [("unexpected successes", child.UNEXPECTED)]
    counts = {name: ends.count(outcome) for name, outcome in bad}
    counts["errors"] = len(ends) - ends.count(child.PASSED) - sum(counts.values())
    summary = ", ".join(f"{name}={number}" for name, number in counts.items() if number)
    line = f"FAILED ({summary})" if summary else "OK" if ends else "NO TESTS"
    text = f"\n{'-' * 70}\nRan {ran} test{'' if ran == 1 else 's'}\n\n{line}\n"
    with suppress(OSError):
        os.write(1, text.encode())


def _kill_leftovers() -> None:
    """Ask the supervisor to kill what a child left running, and wait until it has."""
    _report(leftovers=True)
    os.read(0, 1)


def _report(**message: object) -> None:
    line = (json.dumps(message) + "\n").encode()
    while line:
        line = line[os.write(STATUS, line) :]
