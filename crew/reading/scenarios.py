"""Collects the scenarios of Gherkin, each with its steps as one requirement."""

from __future__ import annotations

from collections.abc import Sequence

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
    lines = list(map(collapse_whitespace, filter(str.strip, lines)))
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
