"""Runs the tests of another language by a command that writes TAP (testanything.org), and reads that."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from . import child
from .processes import Process

_FOREVER = 10.0**6
"""Seconds: the supervisor ends the run."""

_RESULT = re.compile(r"^( *)(not )?ok \d+(?: - (.*?))?(?: # (SKIP|TODO)\b.*)?$", re.IGNORECASE)
_TIMES = re.compile(r"^ *(?:# )?duration_ms\b.*\n?", re.MULTILINE)
_KEPT = ("error", "expected", "actual")
"""What is kept of what a test reports about its failure: no stack, since that shows places and times."""

_MAX_DETAIL = 1_500
"""Characters of what went wrong in a test."""


class Reported(NamedTuple):
    """A test that the command has reported. The names of its suites come first, separated by " > "."""

    name: str
    outcome: str
    detail: str = ""


def run(command: Sequence[str], folder: str) -> tuple[list[Reported], int]:
    """Run the command in a folder, print its output without times, and return the tests and the exit code."""
    process = Process(command, "", dict(os.environ), folder)
    code = process.wait(_FOREVER)
    process.kill()
    for text in (process.out, process.err):
        _print(_TIMES.sub("", text))
    return list(read(process.out, folder)), 1 if code is None else code


def read(text: str, folder: str) -> Iterator[Reported]:
    """Yield the tests in TAP. A suite is a test only if it fails, and none of its tests does.

    A file below the folder that reports no test passes for the command, and fails here.
    """
    open_levels: dict[int, list[Reported]] = {}
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if not (found := _RESULT.match(line)):
            continue
        depth, given = len(found[1]), re.sub(r"\\(.)", r"\1", found[3] or "")
        name = given.removeprefix(f"{folder}/")
        inner = [each for level in sorted(open_levels) if level > depth for each in open_levels.pop(level)]
        tests = [each._replace(name=f"{name} > {each.name}") for each in inner]
        if found[4]:
            tests.append(Reported(name, child.SKIPPED))
        elif found[2] and all(each.outcome == child.PASSED for each in inner):
            tests.append(Reported(name, child.FAILED, _detail(lines[number:], depth + 2)))
        elif not found[2] and not inner:
            is_file = name != given
            tests.append(Reported(name, child.ERROR, "it has no tests") if is_file else Reported(name, child.PASSED))
        open_levels.setdefault(depth, []).extend(tests)
    for level in sorted(open_levels):
        yield from open_levels[level]


def _detail(lines: Sequence[str], indent: int) -> str:
    """Return what the block of YAML after a result says about the failure."""
    kept, keep = list[str](), False
    for line in lines:
        if line.strip() == "..." or (line.strip() and not line.startswith(" " * indent)):
            break
        if key := re.match(r"(\w+):", line[indent:]):
            keep = key[1] in _KEPT
        if keep:
            kept.append(line[indent:].rstrip())
    return "\n".join(filter(None, kept))[:_MAX_DETAIL]


def _print(text: str) -> None:
    left = text.encode(errors="replace")
    while left:
        left = left[os.write(1, left) :]
