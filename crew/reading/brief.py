"""A brief's title, summary and requirements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from crew.reading.candidates import NotUsed
from crew.reading.data_documents import data_document
from crew.reading.front_matter import front_matter, without_front_matter
from crew.reading.front_matter_sections import front_matter_sections
from crew.reading.markdown_blocks import plain
from crew.reading.normalization import COMMENT
from crew.reading.requirements import Requirement, shorten, split_readable
from crew.reading.selection import select

_MAX_TITLE = 120


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief's title, its first paragraph (or ""), its requirements (at least one), and the parts that are not used.

    `cut` means that the text was too long to be read whole, `only_title` that no requirement was found in it and the
    title stands in for one.
    """

    title: str
    summary: str
    requirements: tuple[Requirement, ...]
    not_used: tuple[NotUsed, ...]
    cut: bool
    only_title: bool


def read_brief(text: str, project_name: str) -> Brief:
    """Read any text as a brief. The title is its level-1 heading or first line, or else that of its front matter, or
    else the project's name."""
    document, comments = data_document(text)
    front = document or front_matter(text)
    sections, others = front_matter_sections(front)
    others += tuple(NotUsed(COMMENT, each) for each in comments)
    markdown, rest = split_readable(("" if document else without_front_matter(text)) + sections)
    title = front.get("title")
    title = plain(title) if isinstance(title, str) else ""
    return _read(markdown, bool(rest), others, title, project_name)


@lru_cache(maxsize=64)
def _read(markdown: str, cut: bool, others: tuple[NotUsed, ...], front_matter_title: str, project_name: str) -> Brief:
    selection = select(markdown, bool(front_matter_title))
    full_title = selection.title or front_matter_title or plain(project_name) or "Untitled project"
    title = shorten(full_title, _MAX_TITLE)
    cut_title = () if title == full_title else (NotUsed("the rest of the title", full_title),)
    return Brief(
        title=title,
        summary=selection.summary,
        requirements=selection.requirements or (Requirement("R1", title),),
        not_used=(*cut_title, *others, *selection.not_used),
        cut=cut,
        only_title=not selection.requirements,
    )
