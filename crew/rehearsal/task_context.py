"""What a rehearsal agent works from: an assignment, with its brief and requirements parsed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from artifacts.file_sets import unpack
from artifacts.media_types import FILES, ZIP
from crew.protocol import Assignment, InputArtifact
from crew.rehearsal.controls import Controls, rehearsal_controls
from crew.rehearsal.reading.brief import Brief, read_brief
from crew.rehearsal.reading.document_requirements import requirements_in
from crew.rehearsal.reading.requirements import Requirement
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

    `source` is the artifact that the requirements were read from; None means the brief. `given` are the files that the
    project begins from, if this stage reads them.
    """

    assignment: Assignment
    controls: Controls
    brief: Brief
    requirements: tuple[Requirement, ...]
    source: InputArtifact | None
    given: Mapping[str, str] | None

    @property
    def package_title(self) -> str:
        """What the package is named after: the brief, unless the code that was given has a package of that name."""
        name = package_name(self.brief.title)
        taken = any(path.partition("/")[0] in (name, f"{name}.py") for path in self.given or ())
        return f"Rehearsal of {self.brief.title}" if taken else self.brief.title

    def expects(self, *types: ArtifactType) -> bool:
        """Return whether the stage produces one of these."""
        return any(type in self.assignment.expected_outputs for type in types)


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
        found = _requirements(type, text, assignment.project_name) if text else ()
        if found:
            return TaskContext(assignment, controls, brief, found, source, given)
    return TaskContext(assignment, controls, brief, brief.requirements, None, given)


def _given(assignment: Assignment) -> dict[str, str] | None:
    """Return the code that the project begins from. Later versions, and those of agents, are changes to it."""
    for each in assignment.inputs:
        if each.type == BuiltInArtifact.SOURCE_CODE and each.version == 1 and not each.by_agent:
            return unpack(each.content) if each.media_type == FILES else None
    return None


def _requirements(type: ArtifactType, text: str, project_name: str) -> tuple[Requirement, ...]:
    return read_brief(text, project_name).requirements if type is BuiltInArtifact.USER_INPUT else requirements_in(text)


def readable_text(artifact: InputArtifact) -> str | None:
    """Return the artifact's text, or None if it is a zip, a file set or not text at all."""
    if artifact.media_type in (FILES, ZIP):
        return None
    try:
        return artifact.text
    except UnicodeDecodeError:
        return None
