"""One assignment, read: what a rehearsal agent works from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from artifacts.media_types import FILES, ZIP
from crew.protocol import Assignment, InputArtifact
from crew.rehearsal.brief import Brief, read_brief
from crew.rehearsal.controls import Controls, rehearsal_controls
from crew.rehearsal.documents import requirements_in
from crew.rehearsal.requirements import Requirement
from models.contracts.enums import ArtifactType

# Most specific first: whoever amends one of these is followed by every later stage that reads it.
_SOURCES = (
    ArtifactType.IMPLEMENTATION_PLAN,
    ArtifactType.SOFTWARE_SPECIFICATION,
    ArtifactType.PROJECT_PLAN,
    ArtifactType.USER_INPUT,
)

# Characters that are parsed within about 20 ms; more of them are parsed in a thread.
_QUICKLY_READ = 8_000


@dataclass(frozen=True, slots=True)
class Work:
    """An assignment with its brief, its controls and its requirements.

    `source` is the artifact that the requirements were read from; None: the brief.
    """

    assignment: Assignment
    controls: Controls
    brief: Brief
    requirements: tuple[Requirement, ...]
    source: InputArtifact | None

    def wants(self, *types: ArtifactType) -> bool:
        """Whether the stage is to produce one of these."""
        return any(type in self.assignment.expected_outputs for type in types)


async def read_work(assignment: Assignment) -> Work:
    """Read an assignment.

    Raises:
        AgentError: the brief's rehearsal block is invalid (not retryable).
    """
    size = len(assignment.brief) + sum(len(one.content) for one in assignment.inputs if one.type in _SOURCES)
    return _read(assignment) if size <= _QUICKLY_READ else await asyncio.to_thread(_read, assignment)


def _read(assignment: Assignment) -> Work:
    controls = rehearsal_controls(assignment.brief)
    brief = read_brief(assignment.brief, assignment.project_name)
    for type in _SOURCES:
        source = assignment.input(type)
        text = readable(source) if source else None
        found = _requirements(type, text, assignment.project_name) if text else ()
        if found:
            return Work(assignment, controls, brief, found, source)
    return Work(assignment, controls, brief, brief.requirements, None)


def _requirements(type: ArtifactType, text: str, project_name: str) -> tuple[Requirement, ...]:
    return read_brief(text, project_name).requirements if type is ArtifactType.USER_INPUT else requirements_in(text)


def readable(artifact: InputArtifact) -> str | None:
    """The artifact's text; None where it is a zip, a file set, or no text at all."""
    if artifact.media_type in (FILES, ZIP):
        return None
    try:
        return artifact.text
    except UnicodeDecodeError:
        return None
