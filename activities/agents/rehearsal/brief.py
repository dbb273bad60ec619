"""The brief, as every rehearsal agent reads it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from activities.agents.rehearsal.controls import without_front_matter
from activities.agents.rehearsal.outline import Kind, outline, plain
from activities.agents.rehearsal.requirements import MOST_TEXT, Requirement, requirements_in, shortened

_LONGEST_TITLE = 120
_LONGEST_SUMMARY = 600


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief's title, its first paragraph ("" where it has none), and its requirements, at least one.

    `cut` tells that the text was longer than what is read.
    """

    title: str
    summary: str
    requirements: tuple[Requirement, ...]
    cut: bool


def read_brief(text: str, project_name: str) -> Brief:
    """Read a brief, whatever it holds. The title is its first level-1 heading, else its first line, else the name."""
    markdown = without_front_matter(text)
    return _read(markdown[:MOST_TEXT], len(markdown) > MOST_TEXT, project_name)


@lru_cache(maxsize=64)
def _read(markdown: str, cut: bool, project_name: str) -> Brief:
    blocks = outline(markdown)
    titles = [block.text for block in blocks if block.kind is Kind.HEADING and block.level == 1]
    firsts = [block.text for block in blocks[:1] if block.kind is not Kind.ITEM]
    title = next(iter([*titles, *firsts, plain(project_name)]), "") or "Untitled project"
    summary = next((block.text for block in blocks if block.kind is Kind.PARAGRAPH and block.text != title), "")
    title = shortened(title, _LONGEST_TITLE)
    return Brief(
        title=title,
        summary=shortened(summary, _LONGEST_SUMMARY),
        requirements=requirements_in(markdown) or (Requirement(1, title),),
        cut=cut,
    )
