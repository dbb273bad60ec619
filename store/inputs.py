"""What a step is given: artifact versions with their contents, and what is known of who wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from artifacts.media_types import FILES
from models.contracts.names import REHEARSAL, CrewName
from models.tables import Artifact
from store import artifacts, events, project_start
from store.rows import columns, model_of
from store.statement import run

# Who added an artifact to what the crew reads: not an output of a stage, nor what replaces one.
READ: LiteralString = """
SELECT {columns}, content.body, given.given_by AS added_by FROM artifact
JOIN content ON content.hash = artifact.content_hash
LEFT JOIN given_context AS given ON given.artifact_id = artifact.id AND NOT given.replaces
WHERE artifact.id = ANY(%(ids)s) OR artifact.origin_id = %(origin_id)s
""".replace("{columns}", columns(Artifact, "artifact"))
"""Reads artifact versions, and those of an origin."""


@dataclass(frozen=True, slots=True)
class Input:
    """`by_agent`, `note` and `added_by` are as in `crew.protocol.InputArtifact`."""

    artifact: Artifact
    content: bytes
    by_agent: bool
    note: str | None
    added_by: str | None = None


async def of_step(
    connection: AsyncConnection,
    project_id: UUID,
    crew: CrewName,
    ids: Sequence[UUID],
    *,
    origin_id: UUID | None = None,
) -> list[Input]:
    """Return these artifact versions, and those of an origin, such as the brief. Unknown ids are left out."""
    rows = await run(connection, READ, ids=list(ids), origin_id=origin_id)
    return await of_rows(connection, project_id, crew, ids, rows)


async def of_rows(
    connection: AsyncConnection, project_id: UUID, crew: CrewName, ids: Sequence[UUID], rows: list[Any]
) -> list[Input]:
    """Return what `READ` has read, in the order of the ids."""
    positions = {artifact_id: position for position, artifact_id in enumerate(ids)}
    rows.sort(key=lambda row: positions.get(row.id, len(positions)))
    found = [(model_of(Artifact, row), row) for row in rows]
    has_code = any(artifact.media_type == FILES for artifact, _ in found)
    # What a task made of a person's code is a person's code, too.
    given = has_code and await artifacts.written_by(connection, project_start.source_origin(project_id))
    writers = {artifact.task_id for artifact, _ in found if artifact.task_id} if crew != REHEARSAL else ()
    notes = await events.notes(connection, project_id, writers) if writers else {}
    return [
        Input(
            artifact,
            row.body,
            # Not the author: a person may respond under any name.
            by_agent=not given and artifact.task_id is not None and artifact.origin_id == artifact.task_id,
            note=notes.get(artifact.origin_id),
            added_by=row.added_by,
        )
        for artifact, row in found
    ]
