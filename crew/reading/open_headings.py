"""The headings above the block of a brief that is being read, and the section that they stand for."""

from __future__ import annotations

from dataclasses import dataclass

from crew.reading.candidates import Candidate
from crew.reading.sections import Section

DETAILS_LEVEL = -1


@dataclass(slots=True)
class Heading:
    level: int
    section: Section | None
    index: int
    """The index of its block."""
    text: str = ""
    lead: Candidate | None = None
    """The heading as a requirement that the items below it complete: "The app must keep:"."""


class OpenHeadings:
    """The headings above a block, the innermost last. One of them may be a requirement itself."""

    def __init__(self) -> None:
        self._open: list[Heading] = []
        self._requirement: tuple[int, Candidate] | None = None  # with the level of its heading

    @property
    def innermost(self) -> Heading | None:
        return self._open[-1] if self._open else None

    @property
    def requirement(self) -> Candidate | None:
        """The requirement that is a heading; what follows are its details."""
        return self._requirement[1] if self._requirement is not None else None

    @property
    def section(self) -> Section | None:
        """The current section. Headings inside an excluded section, or a section of risks, do not change it."""
        sections = [heading.section for heading in self._open if heading.section is not None]
        unused = next((section for section in sections if section.is_unused), None)
        return unused or (sections[-1] if sections else None)

    def open(self, level: int, section: Section | None, index: int, text: str = "") -> None:
        self._open.append(Heading(level, section, index, text))

    def close(self, level: int) -> None:
        """Close the headings of this level and below; those outside of an open <details> stay."""
        while self._open and self._open[-1].level >= level:
            self._open.pop()

    def open_requirement(self, level: int, candidate: Candidate | None) -> None:
        """Make the innermost heading, which is open already, a requirement."""
        self._requirement = (level, candidate) if candidate is not None else None

    def lead(self, candidate: Candidate | None) -> None:
        """Make the innermost heading the first words of the items below it, or of none."""
        if self._open:
            self._open[-1].lead = candidate

    def close_requirement(self, level: int) -> None:
        """Close the requirement if its heading has this level or one below."""
        if self._requirement is not None and self._requirement[0] >= level:
            self._requirement = None

    def rule_out(self, section: Section) -> None:
        """Give the innermost heading a section that is not built, and end the requirement that it is, if it is one."""
        self._requirement = None
        if self._open:
            self._open[-1].section = section

    def close_details(self) -> None:
        self._requirement = None
        while self._open and self._open.pop().level != DETAILS_LEVEL:
            pass
