"""The report on test runs: a row for each requirement, and what failed, without the source of the tests."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crew.markdown import escape_markdown
from crew.model.requirement_coverage import covered_by, named_in, requirement_ids
from crew.model.written_tests import dotted, tests_in
from crew.reading.markdown_blocks import plain
from crew.wording import NO_SOURCE, NOT_INDEPENDENT, UNCONFINED, result_of
from sandbox import RunReport

_FAILED = "What failed:"
NO_REQUIREMENT = "no requirement"
"""Stands for the requirement of a failed test that names none."""


def report(
    project: str,
    specification: str,
    unit: RunReport | None,
    acceptance: RunReport | None,
    acceptance_tests: Mapping[str, str] | None,
    entry_point: str | None,
    note: str | None = None,
    note_on_tests: str | None = None,
) -> str:
    """Return the test results in Markdown."""
    lines = [f"# Test results: {project}", ""]
    runs = [run for run in (unit, acceptance) if run is not None]
    if not all(run.confined for run in runs):
        lines += [UNCONFINED]
    if unit is None:
        lines += [NO_SOURCE]
    else:
        lines += ["## Unit tests", "", *_summary(unit)]
    lines += ["", "## Acceptance tests", ""]
    if acceptance is not None:
        lines += [*_summary(acceptance), "", *_by_requirement(specification, acceptance, acceptance_tests or {})]
    elif acceptance_tests is None:
        lines += [NOT_INDEPENDENT]
    else:
        lines += [
            "**Failed**: the plan names no entry point that the code has."
            if entry_point is None
            else "They did not run."
        ]
    lines += note_on("code", note) + note_on("acceptance tests", note_on_tests)
    if runs:
        lines += ["", "## Sandbox", "", *(f"- {line}" for line in runs[-1].isolation)]
    return "\n".join(lines).rstrip() + "\n"


def note_on(what: str, note: str | None) -> list[str]:
    """Return the section with what was noted when the code or the tests were written: weakened tests come first."""
    return ["", f"## Note on the {what}", "", f"> {escape_markdown(plain(note))}"] if note else []


def _summary(run: RunReport) -> list[str]:
    stopped = [f"- stopped: {run.stopped}"] if run.stopped else []
    failed = [f"- {name}: {outcome}" for name, outcome in run.not_passed]
    none = ["- no tests were found that can be run"] if run.need_pytest == len(run.outcomes) else []
    head = result_of(run)
    return [head, "", *stopped, *none, *failed[:50]] if stopped or none or failed else [head]


def _by_requirement(specification: str, run: RunReport, tests: Mapping[str, str]) -> list[str]:
    """Return a table of the requirements with their tests' outcomes, and for failed ones what was expected and seen."""
    labels, outcomes = requirement_ids(specification), dict(run.outcomes)
    docstrings = {dotted(name): " ".join(docstring.split()) for name, docstring in tests_in(tests).items()}
    covers = {name: covered_by(labels, name, docstring) for name, docstring in docstrings.items()}
    rows, problems = [], list[str]()
    for label in labels:
        ends = [outcomes.get(name, "not run") for name, covered in covers.items() if label in covered]
        state = "no test" if not ends else "passed" if set(ends) == {"passed"} else "**failed**"
        rows.append(f"| {label} | {state} | {len(ends)} |")
    for name, outcome in {**dict.fromkeys(covers, "not run"), **outcomes}.items():
        if outcome != "passed":
            about = docstrings.get(name, "").partition(":")[2].strip() or name
            detail = _inert(run.details.get(name) or outcome)
            problems += [f"- {label}: {about}: {detail}" for label in covers.get(name) or [NO_REQUIREMENT]]
    table = ["| requirement | result | tests |", "|---|---|---:|", *rows]
    return [*table, "", _FAILED, "", *problems[:100]] if problems else table


def _inert(text: str) -> str:
    """Return a text of the product as the text of a list's item: no line of it can begin anything else in Markdown."""
    return "\n      ".join(text.splitlines())


def failed_tests(report: str, text: str) -> list[str]:
    """Return what the failed acceptance tests of the requirements in a text are about: "R3: a missing link is 404"."""
    _, _, failed = report.partition(f"\n{_FAILED}\n")
    found = re.findall(r"^- (\S+): (.+?)(?:: .*)?$", failed, re.MULTILINE)
    return list(dict.fromkeys(f"{label}: {about}" for label, about in found if named_in([label], text)))
