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
    return any(map(patterns.SCENARIO.match, lines))


def collect_scenarios(collection: Collection, lines: Sequence[str], section: Section | None) -> None:
    """Collect each scenario. What is before the first, such as the background of all, is listed as not used."""
    head: list[str] = []
    scenarios: list[Candidate] = []
    for line in map(collapse_whitespace, filter(str.strip, lines)):
        if found := patterns.SCENARIO.match(line):
            scenarios.append(Candidate(Tier.LISTED, found[1] or "Scenario", ""))
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
