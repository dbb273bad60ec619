"""What has been collected from a brief so far: candidates for requirements, and parts that are not used."""

from __future__ import annotations

from crew.rehearsal.reading import patterns
from crew.rehearsal.reading.candidates import Candidate, NotUsed, Tier
from crew.rehearsal.reading.markdown_blocks import Block
from crew.rehearsal.reading.open_headings import OpenHeadings
from crew.rehearsal.reading.requirements import split_label
from crew.rehearsal.reading.section_headings import is_exclusion, says_out_of_scope
from crew.rehearsal.reading.sections import Section

PROSE = "prose"

TIERS: dict[Section | None, Tier | None] = {
    None: Tier.LISTED,
    Section.GOALS: Tier.GOAL,
    Section.CONTEXT: Tier.BACKGROUND,
    **dict.fromkeys((Section.EXCLUDED, Section.RISKS, Section.QUESTIONS, Section.LINKS, Section.CONTENTS)),
}


class Collection:
    """Candidates and unused parts, each in the place that the open headings give it."""

    def __init__(self, blocks: list[Block], headings: OpenHeadings) -> None:
        self._blocks = blocks
        self.headings = headings
        self.candidates: list[Candidate] = []
        self.not_used: list[NotUsed] = []

    def mark_unused(self, reason: str, text: str) -> None:
        self.not_used.append(NotUsed(reason, text))

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
        index = heading.index if heading is not None else -1
        found = Candidate(tier, text, reason, label, section is Section.QUALITY, is_prose, is_summary, index)
        self.candidates.append(found)
        return found

    def add_unless_excluded(self, text: str, section: Section | None, label: str | None) -> Candidate | None:
        remark = patterns.REMARK.search(text) or patterns.LEADING_REMARK.match(text)
        if (remark and is_exclusion(remark[1])) or says_out_of_scope(text):
            section = Section.EXCLUDED
        tier = TIERS.get(section, Tier.IN_REQUIREMENTS)
        if tier is None:
            assert section is not None
            self.mark_unused(section.value, f"{label}: {text}" if label else text)
            return None
        return self.add(tier, text, label, section)

    def add_detail(self, text: str, section: Section | None) -> bool:
        """Add a detail to the heading above that is a requirement. Return whether there is one, and the section is
        one of requirements."""
        requirement = self.headings.requirement
        if requirement is None or not (section is None or section.is_requested):
            return False
        requirement.details.append(text)
        return True

    def add_item(self, text: str, section: Section | None) -> None:
        if self.add_detail(text, section):
            return
        label, rest = split_label(text)
        heading = self.headings.innermost
        if patterns.MODAL.match(rest) and heading is not None and heading.section is None:
            rest = f"{self._blocks[heading.index].text.rstrip(':')} {rest}"  # "Admin": "can delete users"
        self.add_unless_excluded(rest, section, label)
