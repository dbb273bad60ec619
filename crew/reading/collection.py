"""What has been collected from a brief so far: candidates for requirements, and parts that are not used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crew.reading import patterns
from crew.reading.candidates import Candidate, NotUsed, Tier
from crew.reading.exclusions import labelled_reason, rules_out_what_is_above, split_unused
from crew.reading.open_headings import OpenHeadings
from crew.reading.requirements import split_label
from crew.reading.scope_remarks import label_section
from crew.reading.sections import Section
from crew.reading.sentences import states_requirement

PROSE, COLUMN = "prose", "a column of a table"

TIERS: dict[Section | None, Tier | None] = {
    None: Tier.LISTED,
    Section.GOALS: Tier.GOAL,
    Section.CONTEXT: Tier.BACKGROUND,
    **dict.fromkeys((Section.EXCLUDED, Section.RISKS, Section.QUESTIONS, Section.LINKS, Section.CONTENTS)),
}


class Collection:
    """Candidates and unused parts, each in the place that the open headings give it."""

    def __init__(self, headings: OpenHeadings) -> None:
        self.headings = headings
        self.candidates: list[Candidate] = []
        self.not_used: list[NotUsed] = []
        self._cells: dict[str, dict[str, list[str | None]]] = {}  # of a column, each value with the labels of its rows
        self._card: int | None = None  # the first candidate of a story card

    def mark_unused(self, reason: str, text: str) -> None:
        self.not_used.append(NotUsed(reason, text))

    def mark_cells_unused(self, cells: Iterable[tuple[str, str]], label: str | None) -> None:
        for column, value in cells:
            self._cells.setdefault(column, {}).setdefault(value, []).append(label)

    def list_columns(self) -> None:
        """List the cells that are not used by their columns: "Priority: high (FR-1, FR-2), low (FR-3)"."""
        for column, values in self._cells.items():
            self.mark_unused(COLUMN, f"{column}: {', '.join(_with_labels(*each) for each in values.items())}")

    def begin_card(self) -> None:
        self._card = len(self.candidates)

    def end_card(self) -> None:
        self._card = None

    def rule_out_card(self) -> None:
        """Rule out what has been collected since the beginning of a story card, if there is one."""
        for each in self.candidates[self._card :] if self._card is not None else ():
            if not each.is_dropped:
                each.is_dropped = True
                self.mark_unused(Section.EXCLUDED.value, each.labelled_text)
        self._card = None

    def add(
        self,
        tier: Tier,
        text: str,
        label: str | None,
        section: Section | None,
        *,
        is_prose: bool = False,
        is_summary: bool = False,
    ) -> Candidate:
        reason = PROSE if section is None or section.is_requested else section.value
        heading = self.headings.innermost
        quality, is_core = section is Section.QUALITY, section is Section.REQUIREMENTS
        found = Candidate(tier, text, reason, label, quality, is_core, is_prose, is_summary)
        found.heading_index = heading.index if heading is not None else -1
        self.candidates.append(found)
        return found

    def add_entry(self, text: str, section: Section | None, label: str | None, name: str = "") -> Candidate | None:
        """Add an entry without the sentences that its own words rule out, if anything is left. `name` are its first
        words, if they are no such words."""
        if section is None or not section.is_unused:
            if label and (reason := labelled_reason(text)):
                self.mark_unused(reason, _labelled(label, text))
                return None
            before = f"{name}: " if name else ""
            kept, unused = split_unused([text[len(before) :]], section)
            kept = f"{before}{kept}" if kept else ""
            self.not_used += unused if kept else [NotUsed(each.reason, _labelled(label, text)) for each in unused]
            if not kept:
                return None
            text = kept
        return self.add_kept(text, section, label)

    def add_kept(self, text: str, section: Section | None, label: str | None, lead: str = "") -> Candidate | None:
        """Add an entry as it is, if its section may be built. `lead` are words before it, which it completes."""
        section = (label_section(label) if label else None) or section
        tier = TIERS.get(section, Tier.IN_REQUIREMENTS)
        if tier is None:
            assert section is not None
            self.mark_unused(section.value, _labelled(label, text))
            return None
        above = self.headings.innermost.lead if self.headings.innermost is not None else None
        if not lead and above is not None and tier is above.tier:
            above.is_dropped = True
            lead = f"{above.text.rstrip(':')}:"
        found = self.add(tier, f"{lead} {text}" if lead else text, label, section)
        found.is_led = states_requirement(lead)
        return found

    def add_detail(self, text: str, section: Section | None, lines: Sequence[str] = ()) -> bool:
        """Add a detail to the heading above that is a requirement. Return whether there is one, and the section is
        one of requirements. `lines` are those of a paragraph."""
        requirement = self.headings.requirement
        if requirement is None or not (section is None or section.is_requested):
            return False
        if any(map(rules_out_what_is_above, lines or [text])):
            self.mark_unused(Section.EXCLUDED.value, text)
            self._exclude(requirement)
            return True
        kept, unused = split_unused([text], section)
        self.not_used += unused
        if kept:
            requirement.details.append(kept)
        return True

    def add_item(self, text: str, section: Section | None, lead: str = "") -> None:
        label, rest = split_label(text)
        heading = self.headings.innermost
        if patterns.MODAL.match(rest) and heading is not None and heading.section is None and not heading.lead:
            lead = lead or heading.text.rstrip(":")  # "Admin": "can delete users"
        self.add_kept(rest, section, label, lead)

    def _exclude(self, requirement: Candidate) -> None:
        requirement.is_dropped = True
        self.mark_unused(Section.EXCLUDED.value, requirement.labelled_text)
        self.headings.rule_out(Section.EXCLUDED)


def _labelled(label: str | None, text: str) -> str:
    return f"{label}: {text}" if label else text


def _with_labels(value: str, labels: list[str | None]) -> str:
    return f"{value} ({', '.join(filter(None, labels))})" if all(labels) else value
