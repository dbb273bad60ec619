"""What a step is given: artifact versions with their contents, and what is known of who wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from artifacts.media_types import FILES
from models.contracts.names import REHEARSAL, CrewName
from models.tables import Artifact
from store import artifacts, events, given_context, project_start


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
    found = await artifacts.get_with_contents(connection, ids, origin_id=origin_id)
    has_code = any(artifact.media_type == FILES for artifact, _ in found)
    # What a task made of a person's code is a person's code, too.
    given = has_code and await artifacts.written_by(connection, project_start.source_origin(project_id))
    writers = {artifact.task_id for artifact, _ in found if artifact.task_id} if crew != REHEARSAL else ()
    notes = await events.notes(connection, project_id, writers) if writers else {}
    givers = await given_context.givers(connection, [artifact.id for artifact, _ in found])
    return [
        Input(
            artifact,
            body,
            # Not the author: a person may respond under any name.
            by_agent=not given and artifact.task_id is not None and artifact.origin_id == artifact.task_id,
            note=notes.get(artifact.origin_id),
            added_by=givers.get(artifact.id),
        )
        for artifact, body in found
    ]
