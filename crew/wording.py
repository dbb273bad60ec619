"""Sentences and tables that the reports of every crew contain."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sandbox import RunReport

UNCONFINED = (
    "> [!CAUTION]\n> **NOT CONFINED.** This machine supports neither namespaces nor Landlock with seccomp: while it "
    "ran, this code could read, change and reach everything that the worker can.\n"
)
NOT_INDEPENDENT = (
    "No independent tests ran: this pipeline has no acceptance tests, so that the code was only tested by its author."
)
NO_SOURCE = "**Failed**: the inputs contain no source files to run."


def result_of(run: RunReport, tests: str = "tests", *, bold: bool = True) -> str:
    """Return the result of a run in one sentence: "**Passed**: 3 of 3 tests ran, 0 failed."; another one says how many
    were not run because they need pytest."""
    verdict = "Passed" if run.passed else "Failed"
    result = f"{f'**{verdict}**' if bold else verdict}: {run.ran} of {run.counted} {tests} ran, {run.failed} failed."
    return f"{result} {note}" if (note := pytest_note(run.need_pytest)) else result


def pytest_note(count: int) -> str | None:
    """Return how many tests were not run because they need pytest, for reports and gates; None if none does."""
    if not count:
        return None
    were = "pytest test was" if count == 1 else "pytest tests were"
    return f"{count} {were} not run: pytest is not available in the sandbox."


def package_lines(package: bytes, root: str) -> list[str]:
    """Return a list of what identifies a package."""
    return [
        f"- name: `{root}.zip`",
        f"- size: {len(package):,} bytes",
        f"- sha256: `{hashlib.sha256(package).hexdigest()}`",
    ]


def file_table(files: Mapping[str, str]) -> list[str]:
    """Return a table of the files, sorted by path, with their sizes and hashes."""
    rows = [
        f"| `{path}` | {len(text.encode()):,} | `{hashlib.sha256(text.encode()).hexdigest()}` |"
        for path, text in sorted(files.items())
    ]
    return ["| file | bytes | sha256 |", "|---|---:|---|", *rows]


def title_of(type: str) -> str:
    """Return the heading of a document of this type."""
    return type.replace("_", " ").capitalize()
