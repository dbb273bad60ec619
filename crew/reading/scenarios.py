"""Collects the scenarios of Gherkin, each with its steps as one requirement."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from crew.reading import patterns
from crew.reading.candidates import Candidate, Tier
from crew.reading.collection import Collection
from crew.reading.exclusions import exclusion_reason
from crew.reading.normalization import COMMENT
from crew.reading.patterns import collapse_whitespace
from crew.reading.sections import Section

BEFORE_SCENARIOS = "before the first scenario"


def has_scenarios(lines: Sequence[str]) -> bool:
    return any(_name(lines, at) is not None for at in range(len(lines)))


def are_steps(lines: Sequence[str]) -> bool:
    """Return whether lines are the steps of a scenario without a name: "Given ...", "When ...", "Then ..."."""
    return len(lines) > 1 and all(map(patterns.STEP.match, lines)) and any(map(patterns.THEN.match, lines))


def _name(lines: Sequence[str], at: int) -> str | None:
    """Return the name of the scenario that begins with a line, if one does."""
    if found := patterns.SCENARIO.match(lines[at]):
        return found[1] or "Scenario"
    found = patterns.EXAMPLE.match(lines[at])
    return found[1] if found and at + 1 < len(lines) and patterns.STEP.match(lines[at + 1]) else None


def collect_scenarios(collection: Collection, lines: Sequence[str], section: Section | None) -> None:
    """Collect each scenario. What is before the first, such as the background of all, is listed as not used."""
    head: list[str] = []
    scenarios: list[Candidate] = []
    lines = _with_tables_in_one_line(list(map(collapse_whitespace, filter(str.strip, lines))))
    for at, line in enumerate(lines):
        if name := _name(lines, at):
            scenarios.append(Candidate(Tier.LISTED, name, ""))
        elif line.startswith("#"):
            collection.mark_unused(COMMENT, line.lstrip("# "))
        elif scenarios:
            scenarios[-1].details.append(line)
        else:
            head.append(line)
    if head:
        collection.mark_unused(BEFORE_SCENARIOS, " ".join(head))
    for each in scenarios:
        unused = section.value if section is not None and section.is_unused else None
        if reason := unused or exclusion_reason(each.text, section):
            collection.mark_unused(reason, each.full_text)
        elif added := collection.add_kept(each.text, section, None):
            added.details = each.details
            added.is_led = True


def _with_tables_in_one_line(lines: list[str]) -> list[str]:
    """Return the lines with each table joined to the line above it: "Examples: day Monday, result booked; ..."."""
    found: list[str] = []
    header: list[str] = []
    rows: list[str] = []
    for line in [*lines, ""]:
        if found and line.startswith("|"):
            if not header:
                header = _cells(line)
            elif line.strip("|-: "):
                pairs = zip_longest(header, _cells(line), fillvalue="")
                rows.append(", ".join(f"{name} {cell}".strip() for name, cell in pairs))
        else:
            if header:
                found[-1] = ": ".join([found[-1].rstrip(":\uff1a"), "; ".join(rows or header)])
            header, rows = [], []
            found.append(line)
    return found[:-1]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]
