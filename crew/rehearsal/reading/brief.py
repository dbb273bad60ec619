"""A brief's title, summary and requirements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from crew.rehearsal.controls import front_matter_title, without_front_matter
from crew.rehearsal.reading.candidates import NotUsed
from crew.rehearsal.reading.markdown_blocks import plain
from crew.rehearsal.reading.requirements import MAX_CHARACTERS, Requirement, shorten
from crew.rehearsal.reading.selection import select

_MAX_TITLE = 120


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief's title, its first paragraph (or ""), its requirements (at least one), and the parts that are not used.

    `cut` tells that the text was too long to be read whole.
    """

    title: str
    summary: str
    requirements: tuple[Requirement, ...]
    not_used: tuple[NotUsed, ...]
    cut: bool


def read_brief(text: str, project_name: str) -> Brief:
    """Read any text as a brief. The title is its level-1 heading or first line, or else that of its front matter, or
    else the project's name."""
    markdown = without_front_matter(text)
    return _read(markdown[:MAX_CHARACTERS], len(markdown) > MAX_CHARACTERS, front_matter_title(text), project_name)


@lru_cache(maxsize=64)
def _read(markdown: str, cut: bool, front_matter_title: str, project_name: str) -> Brief:
    selection = select(markdown)
    full_title = selection.title or plain(front_matter_title) or plain(project_name) or "Untitled project"
    title = shorten(full_title, _MAX_TITLE)
    cut_title = () if title == full_title else (NotUsed("the rest of the title", full_title),)
    return Brief(
        title=title,
        summary=selection.summary,
        requirements=selection.requirements or (Requirement("R1", title),),
        not_used=(*cut_title, *selection.not_used),
        cut=cut,
    )
