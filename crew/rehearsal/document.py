"""The frame of every document that a rehearsal agent writes, and the Markdown in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from crew.protocol import Draft
from crew.rehearsal.outline import plain, printable
from crew.rehearsal.requirements import MOST_TEXT, Requirement, shortened
from crew.rehearsal.work import Work
from models.contracts.enums import ArtifactType

Section = tuple[str, Sequence[str]]
"""A heading and the lines below it."""

_LONGEST_QUOTE = 4_000
_MARKUP = re.compile(r"[\\`*\[\]<>&~#|]|(?<![^\W_])_|_(?![^\W_])")


def document(work: Work, type: ArtifactType, sections: Iterable[Section]) -> Draft:
    """A Markdown draft: the rehearsal line, the title, what changed in this round, then the sections."""
    name = type.value.replace("_", " ").capitalize()
    lines = [f"> {rehearsal_line(work)}", "", f"# {name}: {escaped(work.brief.title)}"]
    for heading, body in [*changes(work), *sections]:
        lines += ["", f"## {heading}", "", *body]
    return Draft(type, ("\n".join(lines) + "\n").encode())


def rehearsal_line(work: Work) -> str:
    """What tells every reader that no model wrote this."""
    task = work.assignment
    line = f"**Rehearsal.** Written offline by the rehearsal {task.role.value}, {_stage(work)}; no model was asked."
    return f"{line} Only the first {MOST_TEXT:,} characters of the brief were read." if work.brief.cut else line


def _stage(work: Work) -> str:
    return f"stage {escaped(plain(work.assignment.stage))}, round {work.assignment.round}"


def changes(work: Work) -> list[Section]:
    """The section that answers the feedback of an earlier round; none where there is no feedback."""
    feedback = work.assignment.feedback
    if not feedback or not feedback.strip():
        return []
    intro = f"Round {work.assignment.round} was written because of this feedback:"
    return [("Changes in this round", [intro, "", *quoted(feedback)])]


def source_line(work: Work) -> str:
    """Where the requirements were read."""
    if work.source is None:
        return "The requirements were read from the brief."
    return f"The requirements were read from {work.source.type.value}, version {work.source.version}."


def requirement_sections(work: Work, described: Callable[[Requirement], list[str]]) -> list[Section]:
    """The requirements, each as `described` puts it; non-functional ones in a section of their own."""
    functional = [line for each in work.requirements if not each.quality for line in described(each)]
    quality = [line for each in work.requirements if each.quality for line in described(each)]
    sections: list[Section] = [("Requirements", [source_line(work), "", *functional])]
    return [*sections, ("Non-functional requirements", quality)] if quality else sections


def not_used(work: Work) -> list[Section]:
    """The section on what the brief says and nobody builds; none where there is nothing of the kind."""
    if not work.brief.not_used:
        return []
    intro = "The brief says this too, and it is not built. Move what is missing into the requirements."
    # The reason comes first: a label at the start of a line would make a requirement of it.
    return [("Not used", [intro, "", *(f"- {one.reason}: {escaped(plain(one.text))}" for one in work.brief.not_used)])]


def escaped(text: str) -> str:
    """One line of plain text as Markdown that reads back as the same text."""
    return _MARKUP.sub(r"\\\g<0>", text)


def quoted(text: str) -> list[str]:
    """A person's text as a block quote, so that nothing in it is taken for this document's own."""
    lines = [plain(line) if line.strip() else "" for line in text[:_LONGEST_QUOTE].splitlines()]
    ending = ["> \u2026"] if len(text) > _LONGEST_QUOTE else []
    return [f"> {escaped(line)}".rstrip() for line in lines] + ending


def fenced(text: str) -> list[str]:
    """Text as a code block, whatever backticks and control characters it holds."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *map(printable, text.splitlines()), fence]


def cell(text: str, longest: int = 200) -> str:
    """Text for a table's cell."""
    return escaped(shortened(plain(text), longest))
