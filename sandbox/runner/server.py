"""The score: children are forked, one a test, and only what a child's end and its own report say counts."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress

from . import child
from .counting import MAX_TESTS, Test, count
from .files import Files
from .forks import forked

STATUS = 3
"""The descriptor on which we tell, in JSON lines, how it goes. No child has it."""

# Modules of the standard library that tests mostly import, and that are slow to load: once here instead of once a test.
_SLOW = {
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
    """Count, run and tell. Exits with 0 when every test that was counted has passed, and with 1 otherwise.

    Told are {"ready": true}, {"counted": [names]}, then {"test": name, "outcome": word} of each in that order, and
    {"finished": true}; {"left": true} asks for what a test left running to be ended, and waits for a line on stdin.
    """
    own, work, *scratch = sys.argv[1:]
    # The files are never on the path of this process: whatever else it imports is the standard library's.
    sys.path.remove(own)
    files = Files(work, scratch)
    _tell(ready=True)
    texts = {os.path.relpath(path, work): text for path, text in files.texts()}
    _load_slow(texts)
    counted, outcomes = _counted(texts, files, work)
    _tell(counted=[test.name for test in counted])
    for test in counted:
        outcome = outcomes.get(test.name)
        if outcome is None:
            try:
                files.restore()
            except (OSError, RecursionError) as error:
                raise SystemExit(f"The files cannot be laid out anew for {test.name}: {error}") from None
            outcome = _run(test, work)
        outcomes[test.name] = outcome
        _tell(test=test.name, outcome=outcome)
    _tell(finished=True)
    _sum_up(outcomes)
    sys.exit(0 if outcomes and all(outcome == child.PASSED for outcome in outcomes.values()) else 1)


def _load_slow(texts: Mapping[str, str]) -> None:
    own = {path.split("/")[0].removesuffix(".py") for path in texts}
    named = {name for text in texts.values() for name in _IMPORTED.findall(text)}
    if any("IsolatedAsyncioTestCase" in text for text in texts.values()):
        named.add("asyncio")
    for name in sorted(named & _SLOW):
        if name.partition(".")[0] not in own:
            importlib.import_module(name)


def _counted(texts: Mapping[str, str], files: Files, work: str) -> tuple[list[Test], dict[str, str]]:
    """The tests of the source, and those that are there only when the code runs; and the outcomes of some already."""
    found = count({path: text for path, text in texts.items() if path.endswith(".py")})
    tests = {test.name: test for test in found.tests}
    outcomes = {name: f"never runs: {why}" for name, why in found.never_run.items()}
    tests.update({name: Test("", name) for name in found.never_run})
    lines, end = forked(lambda: child.listed(found.modules), work, _ask) if found.modules else ([], None)
    if end is not None:
        # What else there might have been nobody knows.
        name = "the modules' tests, listed"
        tests[name], outcomes[name] = Test("", name), end
    for module, names, outcome in _read(lines):
        if outcome:
            # Each of them would tell the same once more.
            broken = [name for name, test in tests.items() if test.module == module] or [module]
            tests.update({name: Test(module, name) for name in broken})
            outcomes.update(dict.fromkeys(broken, f"{outcome}: its module cannot be loaded"))
        for name in names:
            tests.setdefault(name, Test(module, name))
    if len(tests) > MAX_TESTS:
        raise SystemExit(f"There are {len(tests):,} tests, more than {MAX_TESTS:,}.")
    places = {module: place for place, module in enumerate(found.modules)}
    return sorted(tests.values(), key=lambda test: places.get(test.module, -1)), outcomes


def _read(lines: list[str]) -> Iterator[tuple[str, list[str], str | None]]:
    """What a child listed, as far as it is of the right shape: it may say anything."""
    for line in lines:
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            told = json.loads(line)
            names = [name[:300] for name in told.get("tests", [])]
            outcome = told.get("outcome")
            yield str(told["module"]), names, outcome if outcome in (child.ERROR, child.SKIPPED) else None


def _run(test: Test, work: str) -> str:
    lines, end = forked(lambda: iter([child.run(test)]), work, _ask)
    if end is not None:
        return end
    return lines[0] if len(lines) == 1 and lines[0] in child.OUTCOMES else "ended with a report that is not its own"


def _sum_up(outcomes: Mapping[str, str]) -> None:
    ends = list(outcomes.values())
    ran = sum(end in child.OUTCOMES and end != child.SKIPPED for end in ends)
    bad = [("failures", child.FAILED), ("skipped", child.SKIPPED), ("expected failures", child.EXPECTED)]
    bad += [("unexpected successes", child.UNEXPECTED)]
    counts = {name: ends.count(outcome) for name, outcome in bad}
    counts["errors"] = len(ends) - ends.count(child.PASSED) - sum(counts.values())
    told = ", ".join(f"{name}={number}" for name, number in counts.items() if number)
    line = f"FAILED ({told})" if told else "OK" if ends else "NO TESTS"
    text = f"\n{'-' * 70}\nRan {ran} test{'' if ran == 1 else 's'}\n\n{line}\n"
    with suppress(OSError):
        os.write(1, text.encode())


def _ask() -> None:
    """Have what a child left running ended from outside, and wait for it."""
    _tell(left=True)
    os.read(0, 1)


def _tell(**message: object) -> None:
    line = (json.dumps(message) + "\n").encode()
    while line:
        line = line[os.write(STATUS, line) :]
