"""The parent process: forks a child for each test, and trusts only the child's exit status and its own report."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress

from . import child
from .discovery import MAX_TESTS, Test, discover
from .fork import run_in_child
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
_IMPORTED = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.MULTILINE)


def main() -> None:
    """Find, run and report the tests. Exits with 0 if every test passed, and with 1 otherwise.

    Reports {"ready": true}, {"counted": [names]}, then {"test": name, "outcome": outcome} of each in that order, and
    {"finished": true}; {"leftovers": true} asks the supervisor to kill what a test left running, and waits for a line
    on stdin.
    """
    own, work, *scratch = sys.argv[1:]
    # The files are never on this process's path: its later imports come from the standard library.
    sys.path.remove(own)
    workspace = Workspace(work, scratch)
    _report(ready=True)
    texts = {os.path.relpath(path, work): text for path, text in workspace.texts()}
    _preload(texts)
    tests, outcomes = _all_tests(texts, work)
    _report(counted=[test.name for test in tests])
    for test in tests:
        outcome = outcomes.get(test.name)
        if outcome is None:
            try:
                workspace.restore()
            except (OSError, RecursionError) as error:
                raise SystemExit(f"The files cannot be restored for {test.name}: {error}") from None
            outcome = _run(test, work)
        outcomes[test.name] = outcome
        _report(test=test.name, outcome=outcome)
    _report(finished=True)
    _print_summary(outcomes)
    sys.exit(0 if outcomes and all(outcome == child.PASSED for outcome in outcomes.values()) else 1)


def _preload(texts: Mapping[str, str]) -> None:
    own = {path.split("/")[0].removesuffix(".py") for path in texts}
    named = {name for text in texts.values() for name in _IMPORTED.findall(text)}
    if any("IsolatedAsyncioTestCase" in text for text in texts.values()):
        named.add("asyncio")
    for name in sorted(named & _SLOW_IMPORTS):
        if name.partition(".")[0] not in own:
            importlib.import_module(name)


def _all_tests(texts: Mapping[str, str], work: str) -> tuple[list[Test], dict[str, str]]:
    """Return the tests in the source and those that exist only once the code runs, and outcomes that are known."""
    found = discover({path: text for path, text in texts.items() if path.endswith(".py")})
    tests = {test.name: test for test in found.tests}
    outcomes = {name: f"never runs: {why}" for name, why in found.never_run.items()}
    tests.update({name: Test("", name) for name in found.never_run})
    lines, end = (
        run_in_child(lambda: child.list_tests(found.modules), work, _kill_leftovers) if found.modules else ([], None)
    )
    if end is not None:
        # There may be more tests, which cannot be known.
        name = "listing the modules' tests"
        tests[name], outcomes[name] = Test("", name), end
    for module, names, outcome in _parse(lines):
        if outcome:
            # Each of its tests would fail in the same way.
            broken = [name for name, test in tests.items() if test.module == module] or [module]
            tests.update({name: Test(module, name) for name in broken})
            outcomes.update(dict.fromkeys(broken, f"{outcome}: its module cannot be loaded"))
        for name in names:
            tests.setdefault(name, Test(module, name))
    if len(tests) > MAX_TESTS:
        raise SystemExit(f"There are {len(tests):,} tests, more than {MAX_TESTS:,}.")
    positions = {module: position for position, module in enumerate(found.modules)}
    return sorted(tests.values(), key=lambda test: positions.get(test.module, -1)), outcomes


def _parse(lines: list[str]) -> Iterator[tuple[str, list[str], str | None]]:
    """Yield what a child listed, without lines of the wrong shape: it may report anything."""
    for line in lines:
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            listed = json.loads(line)
            names = [name[:300] for name in listed.get("tests", [])]
            outcome = listed.get("outcome")
            yield str(listed["module"]), names, outcome if outcome in (child.ERROR, child.SKIPPED) else None


def _run(test: Test, work: str) -> str:
    lines, end = run_in_child(lambda: iter([child.run(test)]), work, _kill_leftovers)
    if end is not None:
        return end
    return lines[0] if len(lines) == 1 and lines[0] in child.OUTCOMES else "ended with an invalid report"


def _print_summary(outcomes: Mapping[str, str]) -> None:
    ends = list(outcomes.values())
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
