"""The document for outputs that no role specialises in: ad-hoc tasks and outputs of other pipelines."""

from __future__ import annotations

from crew.markdown import escape_markdown
from crew.protocol import Draft, InputArtifact
from crew.reading.markdown_blocks import BlockKind, parse_blocks
from crew.rehearsal.task_context import TaskContext, readable_text
from crew.rehearsal.writing.document import block_quote, document, source_line, table_cell
from models.contracts.names import ArtifactType

_PREVIEW_CHARACTERS = 4_000


def generic_document(context: TaskContext, type: ArtifactType) -> Draft:
    """Return a document that lists the instructions, the inputs and the requirements."""
    task = context.assignment
    instructions = block_quote(task.instructions) if task.instructions.strip() else ["No instructions were given."]
    requirements = [f"- {each.label}. {escape_markdown(each.text)}" for each in context.requirements]
    return document(
        context,
        type,
        [
            ("Instructions", instructions),
            ("Inputs", _inputs(task.inputs)),
            ("Requirements", [source_line(context), "", *requirements]),
        ],
    )


def _inputs(inputs: tuple[InputArtifact, ...]) -> list[str]:
    if not inputs:
        return ["Only the brief."]
    ordered = sorted(inputs, key=lambda each: (each.type, each.name, each.version, str(each.artifact_id)))
    rows = [
        f"| {each.type} | {table_cell(each.name)} | {each.version} | {size:,} bytes | {_about(each)} |"
        for each in ordered
        for size in [len(each.content)]
    ]
    return ["| artifact | name | version | size | about |", "|---|---|---|---|---|", *rows]


def _about(artifact: InputArtifact) -> str:
    """Return the input's first heading, or else its first words."""
    text = readable_text(artifact)
    if text is None:
        return artifact.media_type
    blocks = parse_blocks(text[:_PREVIEW_CHARACTERS])
    headings = [block.text for block in blocks if block.kind is BlockKind.HEADING]
    return table_cell(next(iter([*headings, *(block.text for block in blocks)]), ""), 100)
