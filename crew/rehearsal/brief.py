"""The brief, as every rehearsal agent reads it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from crew.rehearsal.controls import front_matter_title, without_front_matter
from crew.rehearsal.outline import plain
from crew.rehearsal.requirements import MOST_TEXT, Requirement, shortened
from crew.rehearsal.selection import select
from crew.rehearsal.walk import NotUsed

_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief's title, its first paragraph ("" where it has none), its requirements, at least one, and what of it is
    not used.

    `cut` tells that the text was longer than what is read.
    """

    title: str
    summary: str
    requirements: tuple[Requirement, ...]
    not_used: tuple[NotUsed, ...]
    cut: bool


def read_brief(text: str, project_name: str) -> Brief:
    """Read a brief, whatever it holds. The title is its level-1 heading, else that of its front matter, else its first
    line, else the project's name."""
    markdown = without_front_matter(text)
    return _read(markdown[:MOST_TEXT], len(markdown) > MOST_TEXT, front_matter_title(text), project_name)


@lru_cache(maxsize=64)
def _read(markdown: str, cut: bool, named: str, project_name: str) -> Brief:
    selection = select(markdown)
    whole = selection.title or plain(named) or plain(project_name) or "Untitled project"
    title = shortened(whole, _LONGEST_TITLE)
    not_used = selection.not_used if title == whole else (NotUsed("the rest of the title", whole), *selection.not_used)
    return Brief(
        title=title,
        summary=selection.summary,
        requirements=selection.requirements or (Requirement("R1", title),),
        not_used=not_used,
        cut=cut,
    )
