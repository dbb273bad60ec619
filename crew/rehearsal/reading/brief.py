"""A brief's title, summary and requirements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crew.rehearsal.controls import front_matter, without_front_matter
from crew.rehearsal.reading.candidates import NotUsed
from crew.rehearsal.reading.markdown_blocks import plain
from crew.rehearsal.reading.requirements import MAX_CHARACTERS, Requirement, shorten
from crew.rehearsal.reading.section_headings import section_of
from crew.rehearsal.reading.selection import select

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
    front = front_matter(text)
    markdown = without_front_matter(text) + _sections_in(front)
    title = front.get("title")
    title = plain(title) if isinstance(title, str) else ""
    return _read(markdown[:MAX_CHARACTERS], len(markdown) > MAX_CHARACTERS, title, project_name)


def _sections_in(front: dict[str, Any]) -> str:
    """Return the parts of the front matter that name sections, such as `requirements` and `non_goals`, as Markdown."""
    lines: list[str] = []
    for key, value in front.items():
        name = str(key).replace("_", " ")
        values = value if isinstance(value, list) else [value] if isinstance(value, str) else []
        if values and section_of(name) is not None:
            lines += ["", f"## {name}", "", *(f"- {plain(_text(each))}" for each in values)]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def _text(value: object) -> str:
    return "; ".join(map(str, value.values())) if isinstance(value, dict) else str(value)


@lru_cache(maxsize=64)
def _read(markdown: str, cut: bool, front_matter_title: str, project_name: str) -> Brief:
    selection = select(markdown, bool(front_matter_title))
    full_title = selection.title or front_matter_title or plain(project_name) or "Untitled project"
    title = shorten(full_title, _MAX_TITLE)
    cut_title = () if title == full_title else (NotUsed("the rest of the title", full_title),)
    return Brief(
        title=title,
        summary=selection.summary,
        requirements=selection.requirements or (Requirement("R1", title),),
        not_used=(*cut_title, *selection.not_used),
        cut=cut,
        only_title=not selection.requirements,
    )
