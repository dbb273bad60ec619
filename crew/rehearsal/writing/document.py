"""The common layout of every document that a rehearsal agent writes, and helpers for its Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from config.sizes import format_count
from crew.markdown import escape_markdown
from crew.protocol import Draft
from crew.reading.candidates import NotUsed
from crew.reading.document_requirements import NOT_USED_HEADING
from crew.reading.markdown_blocks import plain
from crew.reading.requirements import MAX_CHARACTERS, Requirement, shorten
from crew.rehearsal.task_context import TaskContext, readable_text
from crew.wording import title_of
from models.contracts.names import ArtifactType

Section = tuple[str, Sequence[str]]
"""A heading and the lines below it."""

_MAX_QUOTE_CHARACTERS = 4_000
_MAX_NOTE = 600
_MAX_ADDED_CHARACTERS = 1_000


def document(context: TaskContext, type: ArtifactType, sections: Iterable[Section]) -> Draft:
    """Return a Markdown draft: the rehearsal notice, the title, the changes of this round, then the sections."""
    lines = [f"> {rehearsal_notice(context)}", "", f"# {title_of(type)}: {escape_markdown(context.brief.title)}"]
    for heading, body in [*changes_section(context), *sections, *added_section(context)]:
        lines += ["", f"## {heading}", "", *body]
    return Draft(type, ("\n".join(lines) + "\n").encode())


def rehearsal_notice(context: TaskContext) -> str:
    """Return the line that says that no model wrote this document."""
    task = context.assignment
    stage = escape_markdown(plain(task.stage))
    line = (
        f"**Rehearsal.** Written offline by the rehearsal {task.role.name}, step {stage}, round {task.round}; "
        "no model was used."
    )
    return f"{line} Only the first {MAX_CHARACTERS:,} characters of the brief were read." if context.brief.cut else line


def changes_section(context: TaskContext) -> list[Section]:
    """Return the section that quotes the feedback on the previous round, if there is any."""
    feedback = context.assignment.feedback
    if not feedback or not feedback.strip():
        return []
    intro = f"Round {context.assignment.round} was written because of this feedback:"
    return [("Changes in this round", [intro, "", *block_quote(feedback)])]


def added_section(context: TaskContext) -> list[Section]:
    """Return the section on what people added for the crew to read, if there is any. A rehearsal quotes it only."""
    lines: list[str] = []
    for each in context.assignment.inputs:
        if each.added_by is None:
            continue
        by = escape_markdown(plain(each.added_by))
        text = readable_text(each)
        quoted = block_quote(text[:_MAX_ADDED_CHARACTERS]) if text else [f"> {each.media_type}"]
        lines += [f"{escape_markdown(plain(each.name))}, version {each.version}, added by {by}:", "", *quoted, ""]
    return [("Added by people", lines[:-1])] if lines else []


def source_line(context: TaskContext) -> str:
    """Return a line that names the source of the requirements."""
    if context.source is None:
        return "The requirements were read from the brief."
    return f"The requirements were read from {context.source.type}, version {context.source.version}."


def requirement_sections(context: TaskContext, lines_of: Callable[[Requirement], list[str]]) -> list[Section]:
    """Return the functional and, if any, the non-functional requirements, each as `lines_of` formats it."""
    functional = [line for each in context.requirements if not each.quality for line in lines_of(each)]
    quality = [line for each in context.requirements if each.quality for line in lines_of(each)]
    sections: list[Section] = [("Requirements", [source_line(context), "", *functional])]
    return [*sections, ("Non-functional requirements", quality)] if quality else sections


def not_used_section(context: TaskContext) -> list[Section]:
    """Return the section on the parts of the brief, and of the document with the requirements, that are not built."""
    also = f" and of the {_source_name(context)}" if context.source_not_used else ""
    return _not_used(context.not_used, f"the brief{also}")


def source_not_used_section(context: TaskContext) -> list[Section]:
    """Return the section on the parts of the document with the requirements that are not built."""
    return _not_used(context.source_not_used, f"the {_source_name(context)}")


def source_note(context: TaskContext) -> str | None:
    """Return a line on the parts of the document with the requirements that are not built, or None if all are."""
    if not context.source_not_used:
        return None
    count = format_count(len(context.source_not_used), "part")
    parts = "; ".join(f"{part.reason}: {plain(part.text)}" for part in context.source_not_used)
    return shorten(f"Not used from the {_source_name(context)}: {count}: {parts}", _MAX_NOTE)


def _source_name(context: TaskContext) -> str:
    return context.source.type.replace("_", " ") if context.source is not None else "brief"


def _not_used(parts: Sequence[NotUsed], source: str) -> list[Section]:
    if not parts:
        return []
    intro = f"These parts of {source} are not built. To have one built, move it into the requirements."
    # The reason comes first: a label at the start of a line would make it a requirement.
    lines = [f"- {part.reason}: {escape_markdown(plain(part.text))}" for part in parts]
    return [(NOT_USED_HEADING, [intro, "", *lines])]


def block_quote(text: str) -> list[str]:
    """Return a person's text as a block quote, so that no part of it becomes part of this document."""
    lines = [plain(line) if line.strip() else "" for line in text[:_MAX_QUOTE_CHARACTERS].splitlines()]
    ending = ["> \u2026"] if len(text) > _MAX_QUOTE_CHARACTERS else []
    return [f"> {escape_markdown(line)}".rstrip() for line in lines] + ending


def table_cell(text: str, max_length: int = 200) -> str:
    """Return text for a table's cell."""
    return escape_markdown(shorten(plain(text), max_length))
