"""The document for whatever is nobody's special trade: ad-hoc tasks, and outputs of other pipelines."""

from __future__ import annotations

from crew.protocol import Draft, InputArtifact
from crew.rehearsal.document import cell, document, escaped, quoted, source_line
from crew.rehearsal.outline import Kind, outline
from crew.rehearsal.requirements import MOST_TEXT
from crew.rehearsal.work import Work, readable
from models.contracts.enums import ArtifactType


def memo(work: Work, type: ArtifactType) -> Draft:
    """A document from the instructions, the inputs and the requirements, true to all three."""
    task = work.assignment
    asked = quoted(task.instructions) if task.instructions.strip() else ["No instructions were given."]
    requirements = [f"- {each.label}. {escaped(each.text)}" for each in work.requirements]
    return document(
        work,
        type,
        [
            ("What was asked", asked),
            ("What was read", _inputs(task.inputs)),
            ("Requirements at hand", [source_line(work), "", *requirements]),
        ],
    )


def _inputs(inputs: tuple[InputArtifact, ...]) -> list[str]:
    if not inputs:
        return ["The brief, and nothing else."]
    ordered = sorted(inputs, key=lambda one: (one.type.value, one.name, one.version, str(one.artifact_id)))
    return [
        "| artifact | name | version | size | about |",
        "|---|---|---|---|---|",
        *(
            f"| {one.type.value} | {cell(one.name)} | {one.version} | {len(one.content):,} bytes | {_about(one)} |"
            for one in ordered
        ),
    ]


def _about(artifact: InputArtifact) -> str:
    """The input's first heading, else its first words."""
    text = readable(artifact)
    if text is None:
        return artifact.media_type
    blocks = outline(text[: min(MOST_TEXT, 4_000)])
    headings = [block.text for block in blocks if block.kind is Kind.HEADING]
    return cell(next(iter([*headings, *(block.text for block in blocks)]), ""), 100)
