"""What an agent reads: its prompt, which is ours, and its task, in which foreign text is marked as data."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from artifacts.file_sets import unpack
from artifacts.media_types import FILES, ZIP
from crew.model.context import visible
from crew.model.delimiters import delimited
from crew.model.toolchains import toolchain_of
from crew.protocol import Assignment, InputArtifact
from models.contracts.names import BuiltInArtifact
from models.contracts.roles import Role

_FOLDER = Path(__file__).parent / "prompts"

MAX_INPUT = 120_000
"""Characters of one input that are shown at once; `read_artifact` shows more."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the agent reads: `system` is ours alone, `task` contains data. `version` names and hashes the prompt."""

    version: str
    system: str
    task: str


def prompt_for(assignment: Assignment, name: str, **fill: str) -> Prompt:
    """Return what the agent of an assignment reads.

    Args:
        name: the prompt file of its kind of work, in which `fill` replaces `{key}`.
    """
    system = system_prompt(name, assignment.role)
    if begins_from_source(assignment):
        name, system = f"{name}+source", f"{system}\n{_read('source')}"
    if words := (toolchain := toolchain_of(assignment)).words:
        name, system = f"{name}+{toolchain.name}", f"{system}{words}"
    for key, value in fill.items():
        system = system.replace(f"{{{key}}}", value)
    version = hashlib.sha256(system.encode()).hexdigest()[:12]
    return Prompt(f"{name}@{version}", system, _task(assignment))


def system_prompt(name: str, role: Role) -> str:
    """Return the system prompt. The role's instructions come from the pipeline, which its owner wrote."""
    own = f"\n# Your role\n{role.description}\n\n{role.instructions}\n" if role.instructions else ""
    return f"{_read('common')}\n{_read(name)}{own}"


def begins_from_source(assignment: Assignment) -> bool:
    """Return whether the stage reads code that a person wrote, which the crew is to change."""
    code = (each for each in assignment.inputs if each.type == BuiltInArtifact.SOURCE_CODE and each.added_by is None)
    return any(not each.by_agent for each in code)


def shown(artifact: InputArtifact) -> str:
    """Return an input as text for a model."""
    if artifact.media_type == FILES:
        paths = "\n".join(unpack(artifact.content))
        return visible(f"(files; list_files and read_file read them, if you have these tools)\n{paths}")
    if artifact.media_type == ZIP:
        return f"({len(artifact.content):,} bytes of a zip, which you cannot read)"
    return visible(artifact.content.decode(errors="replace"))


def _task(assignment: Assignment) -> str:
    lines = [f"Role: {assignment.role.name}", f"Stage: {assignment.stage}", f"Round: {assignment.round}"]
    lines += ["", "## Instructions", visible(assignment.instructions) or "Do your part."]
    if assignment.feedback:
        lines += [
            "",
            "## Feedback",
            "This round is there because of it:",
            *delimited("feedback", visible(assignment.feedback)),
        ]
    lines += ["", "## Inputs"]
    for each in assignment.inputs:
        if each.added_by is None:
            lines += _input(each)
    added = [each for each in assignment.inputs if each.added_by is not None]
    if added:
        lines += ["", "## Added by a person", "It came after the project had begun. Take it into account:"]
        for each in added:
            lines += _input(each, added_by=visible(each.added_by or ""))
    return "\n".join(lines)


def _input(artifact: InputArtifact, **attributes: str) -> list[str]:
    text = shown(artifact)
    if len(text) > MAX_INPUT:
        more = f"{len(text) - MAX_INPUT:,} characters more: call read_artifact with offset={MAX_INPUT}"
        text = f"{text[:MAX_INPUT]}\n[... {more} ...]"
    described = {"type": artifact.type, "name": artifact.name, "version": str(artifact.version), **attributes}
    return delimited("input", text, **described)


@cache
def _read(name: str) -> str:
    """Return a prompt file without its comments, which say why a sentence is there."""
    return re.sub(r"<!--.*?-->\n?", "", (_FOLDER / f"{name}.md").read_text(encoding="utf-8"), flags=re.DOTALL)
