"""Candidates for requirements, and the parts of a brief that are not used."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class Tier(IntEnum):
    """How likely a candidate is a requirement, the most likely first."""

    IN_REQUIREMENTS = 0
    """In a section about requirements."""
    LISTED = 1
    """In a list, table or labelled paragraph of a section of no particular kind."""
    GOAL = 2
    PROSE = 3
    BACKGROUND = 4


@dataclass(slots=True)
class Candidate:
    """A part of the brief that may be a requirement.

    `is_core` means that its section is one of requirements, and not only of qualities, criteria or optional ones.
    `is_prose` marks a sentence: beside lists, it counts only if it states a requirement. `is_summary` marks one of the
    brief's first paragraph, which the documents show. `is_dropped` marks one that no longer counts, since its words
    begin each item below it, or since what follows rules it out; `is_led` an item that begins with such words, which
    state a requirement. `heading_index` is the block of the heading above it.
    """

    tier: Tier
    text: str
    reason_if_unused: str
    label: str | None = None
    quality: bool = False
    is_core: bool = False
    is_prose: bool = False
    is_summary: bool = False
    is_dropped: bool = False
    is_led: bool = False
    heading_index: int = -1
    details: list[str] = field(default_factory=list)

    @property
    def labelled_text(self) -> str:
        return f"{self.label}: {self.full_text}" if self.label else self.full_text

    @property
    def full_text(self) -> str:
        if not self.details:
            return self.text
        rest = "; ".join([*(detail.rstrip(".;") for detail in self.details[:-1]), self.details[-1]])
        return f"{self.text} {rest}" if self.text.endswith((":", ".", ";")) else f"{self.text}: {rest}"


@dataclass(frozen=True, slots=True)
class NotUsed:
    """A part of the brief that is not built, and the reason."""

    reason: str
    text: str
