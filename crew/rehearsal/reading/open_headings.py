"""The headings above the block of a brief that is being read, and the section that they stand for."""

from __future__ import annotations

from dataclasses import dataclass

from crew.rehearsal.reading.candidates import Candidate
from crew.rehearsal.reading.sections import Section

_DETAILS_LEVEL = -1


@dataclass(slots=True)
class Heading:
    level: int
    section: Section | None
    index: int
    """The index of its block."""


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

    def open(self, level: int, section: Section | None, index: int) -> None:
        self._open.append(Heading(level, section, index))

    def close(self, level: int) -> None:
        """Close the headings of this level and below; those outside of an open <details> stay."""
        while self._open and self._open[-1].level >= level:
            self._open.pop()

    def open_requirement(self, level: int, candidate: Candidate) -> None:
        """Make the innermost heading, which is open already, a requirement."""
        self._requirement = (level, candidate)

    def close_requirement(self, level: int) -> None:
        """Close the requirement if its heading has this level or one below."""
        if self._requirement is not None and self._requirement[0] >= level:
            self._requirement = None

    def exclude_innermost(self) -> None:
        self._open[-1].section = Section.EXCLUDED

    def open_details(self, section: Section | None, index: int) -> None:
        """Open a <details>, whose summary is a heading."""
        self._requirement = None
        self.open(_DETAILS_LEVEL, section, index)

    def close_details(self) -> None:
        self._requirement = None
        while self._open and self._open.pop().level != _DETAILS_LEVEL:
            pass
