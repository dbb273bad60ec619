"""What a rehearsal agent works from: an assignment, with its brief and requirements parsed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from artifacts.file_sets import unpack
from artifacts.media_types import FILES, ZIP
from crew.protocol import Assignment, InputArtifact
from crew.reading.brief import Brief, read_brief
from crew.reading.candidates import NotUsed
from crew.reading.document_requirements import read_document
from crew.reading.requirements import Requirement, split_label
from crew.rehearsal.controls import Controls, rehearsal_controls
from crew.rehearsal.writing.python_names import package_name
from models.contracts.names import ArtifactType, BuiltInArtifact

# Most specific first: when a person amends one of these, every later stage that reads it follows the amendment.
_SOURCES = (
    BuiltInArtifact.IMPLEMENTATION_PLAN,
    BuiltInArtifact.SOFTWARE_SPECIFICATION,
    BuiltInArtifact.PROJECT_PLAN,
    BuiltInArtifact.USER_INPUT,
)

# Characters that are parsed within about 20 ms; longer texts are parsed in a thread.
_MAX_INLINE_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class TaskContext:
    """An assignment with its brief, its controls and its requirements.

    `source` is the artifact that the requirements were read from; None means the brief. `not_used` are the parts of
    the brief, and of the source, that are not built; `source_not_used` those of a source other than the brief. `given`
    are the files that the project begins from, if this stage reads them.
    """

    assignment: Assignment
    controls: Controls
    brief: Brief
    requirements: tuple[Requirement, ...]
    source: InputArtifact | None
    not_used: tuple[NotUsed, ...]
    given: Mapping[str, str] | None
    source_not_used: tuple[NotUsed, ...] = ()

    @property
    def package_title(self) -> str:
        """What the package is named after: the brief, unless the code that was given has a package of that name."""
        name = package_name(self.brief.title)
        taken = any(path.partition("/")[0] in (name, f"{name}.py") for path in self.given or ())
        return title_beside(self.brief.title) if taken else self.brief.title

    def expects(self, *types: ArtifactType) -> bool:
        """Return whether the stage produces one of these."""
        return any(type in self.assignment.expected_outputs for type in types)


def title_beside(title: str) -> str:
    """Return the title of a rehearsal's package beside given code that has a package of the brief's title."""
    return f"Rehearsal of {title}"


async def read_assignment(assignment: Assignment) -> TaskContext:
    """Parse an assignment.

    Raises:
        AgentError: the brief's rehearsal block is invalid (not retryable).
    """
    read = (*_SOURCES, BuiltInArtifact.SOURCE_CODE)
    size = len(assignment.brief) + sum(len(each.content) for each in assignment.inputs if each.type in read)
    return _read(assignment) if size <= _MAX_INLINE_CHARACTERS else await asyncio.to_thread(_read, assignment)


def _read(assignment: Assignment) -> TaskContext:
    controls = rehearsal_controls(assignment.brief)
    brief = read_brief(assignment.brief, assignment.project_name)
    given = _given(assignment)
    for type in _SOURCES:
        source = assignment.input(type)
        text = readable_text(source) if source else None
        if not text:
            continue
        if type == BuiltInArtifact.USER_INPUT:
            read = read_brief(text, assignment.project_name)
            return TaskContext(assignment, controls, brief, read.requirements, source, read.not_used, given)
        document = read_document(text)
        if document.requirements:
            built = {each.text for each in document.requirements}
            left = [part for part in brief.not_used if not _is_built(part, built)]
            not_used = tuple(dict.fromkeys((*left, *document.not_used)))
            requirements = document.requirements
            return TaskContext(assignment, controls, brief, requirements, source, not_used, given, document.not_used)
    return TaskContext(assignment, controls, brief, brief.requirements, None, brief.not_used, given)


def _given(assignment: Assignment) -> dict[str, str] | None:
    """Return the code that the project begins from. Later versions, and those of agents, are changes to it."""
    for each in assignment.inputs:
        is_code = each.type == BuiltInArtifact.SOURCE_CODE and each.added_by is None
        if is_code and each.version == 1 and not each.by_agent:
            return unpack(each.content) if each.media_type == FILES else None
    return None


def _is_built(part: NotUsed, built: set[str]) -> bool:
    """Return whether a person moved a part of the brief into the requirements of a document."""
    return part.text in built or split_label(part.text)[1] in built


def readable_text(artifact: InputArtifact) -> str | None:
    """Return the artifact's text, or None if it is a zip, a file set or not text at all."""
    if artifact.media_type in (FILES, ZIP):
        return None
    try:
        return artifact.text
    except UnicodeDecodeError:
        return None
