"""What people gave the crew: artifacts that the steps which begin from then on receive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.event_data import ContextGiven, ContextWithdrawn
from models.contracts.pipeline import Pipeline
from models.tables import GIVEN_CONTEXT, TASK, Artifact, GivenContext
from store import artifacts, events, replacements
from store.rows import fetch_all, fetch_one
from store.statement import run
from store.transaction import Transaction

_ADD: LiteralString = """
INSERT INTO given_context (id, project_id, artifact_id, replaces, given_by, given_at)
VALUES (%(id)s, %(project_id)s, %(artifact_id)s, %(replaces)s, %(given_by)s, clock_timestamp())
ON CONFLICT (project_id, artifact_id) DO UPDATE SET
    id = EXCLUDED.id, given_by = EXCLUDED.given_by, given_at = EXCLUDED.given_at,
    withdrawn_by = NULL, withdrawn_at = NULL
    WHERE given_context.withdrawn_at IS NOT NULL
RETURNING id
"""

_WITHDRAW: LiteralString = """
UPDATE given_context SET withdrawn_by = %(by)s, withdrawn_at = clock_timestamp()
WHERE id = %(id)s AND project_id = %(project_id)s AND withdrawn_at IS NULL
RETURNING artifact_id, replaces
"""

_NO_LONGER_ACCEPTED: LiteralString = "UPDATE artifact SET accepted_at = NULL WHERE id = %(id)s"

# Of each name the newest version that was given and not withdrawn.
_ADDED: LiteralString = """
SELECT id FROM (
    SELECT DISTINCT ON (artifact.type, artifact.name) artifact.id, given.given_at
    FROM given_context AS given JOIN artifact ON artifact.id = given.artifact_id
    WHERE given.project_id = %(project_id)s AND NOT given.replaces AND given.withdrawn_at IS NULL
    ORDER BY artifact.type, artifact.name, artifact.version DESC
) AS newest ORDER BY given_at, id
"""

# A version that the crew wrote later is newer than what was given.
_REPLACEMENTS: LiteralString = """
SELECT DISTINCT ON (named.id) named.id AS replaced, given.id
FROM artifact AS named
JOIN artifact AS given ON given.project_id = named.project_id AND given.type = named.type AND given.name = named.name
                          AND given.version > named.version
JOIN given_context ON given_context.artifact_id = given.id AND given_context.replaces
WHERE named.id = ANY(%(ids)s) AND given_context.project_id = %(project_id)s
    AND given_context.withdrawn_at IS NULL
ORDER BY named.id, given.version DESC
"""


async def complete(connection: AsyncConnection, project_id: UUID, context_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Return the artifacts for a step that begins now: those that its handoff names, or what replaces them, and then
    what was added."""
    added = [row.id for row in await run(connection, _ADDED, project_id=project_id)]
    rows = await run(connection, _REPLACEMENTS, project_id=project_id, ids=list(context_ids))
    replaced = {row.replaced: row.id for row in rows}
    named = [replaced.get(one, one) for one in context_ids]
    return tuple(dict.fromkeys((*named, *added)))


async def add(
    tx: Transaction, context_id: UUID, artifact: Artifact, given_by: str, stages: Sequence[str], *, replaces: bool
) -> bool:
    """Give the crew an artifact. Return False, and write nothing, if it was given before and not withdrawn. Open
    requests whose step consumed what it replaces ask again."""
    await replacements.lock(tx.connection, tx.project_id)
    values = {"id": context_id, "project_id": tx.project_id, "artifact_id": artifact.id}
    if not await run(tx.connection, _ADD, **values, given_by=given_by, replaces=replaces):
        return False
    tx.record(
        ContextGiven(
            context_id=context_id,
            artifact_id=artifact.id,
            type=artifact.type,
            name=artifact.name,
            version=artifact.version,
            given_by=given_by,
            replaces=replaces,
            stages=tuple(stages),
        ),
        key=_event_key(context_id),
        task_id=artifact.task_id,
    )
    await replacements.supersede(tx, given_by)
    return True


async def withdraw(tx: Transaction, context_id: UUID, withdrawn_by: str) -> bool:
    """Let the steps that begin from now on go without it. Return False, and write nothing, if it was withdrawn before.
    A version that it replaced is read again. Open requests whose step consumed one of them ask again."""
    await replacements.lock(tx.connection, tx.project_id)
    rows = await run(tx.connection, _WITHDRAW, id=context_id, project_id=tx.project_id, by=withdrawn_by)
    if not rows:
        return False
    artifact = await artifacts.get(tx.connection, rows[0].artifact_id)
    assert artifact is not None
    if rows[0].replaces:
        await run(tx.connection, _NO_LONGER_ACCEPTED, id=artifact.id)
    tx.record(
        ContextWithdrawn(
            context_id=context_id,
            artifact_id=artifact.id,
            type=artifact.type,
            name=artifact.name,
            version=artifact.version,
            withdrawn_by=withdrawn_by,
        ),
        key=f"{_event_key(context_id)}:withdrawn",
        task_id=artifact.task_id,
    )
    await replacements.supersede(tx, withdrawn_by)
    return True


def _event_key(id: UUID) -> str:
    """The id is the context's; before contexts could be withdrawn it was the artifact's."""
    return f"context:{id}"


async def get(connection: AsyncConnection, project_id: UUID, context_id: UUID) -> GivenContext | None:
    query = select(GIVEN_CONTEXT).where(GIVEN_CONTEXT.c.id == context_id, GIVEN_CONTEXT.c.project_id == project_id)
    return await fetch_one(connection, GivenContext, query)


async def get_of_artifact(connection: AsyncConnection, artifact_id: UUID) -> GivenContext | None:
    """Return how an artifact was given, or None if it was not."""
    query = select(GIVEN_CONTEXT).where(GIVEN_CONTEXT.c.artifact_id == artifact_id)
    return await fetch_one(connection, GivenContext, query)


async def of_project(connection: AsyncConnection, project_id: UUID) -> list[GivenContext]:
    """Return what was given in a project, in order."""
    query = (
        select(GIVEN_CONTEXT)
        .where(GIVEN_CONTEXT.c.project_id == project_id)
        .order_by(GIVEN_CONTEXT.c.given_at, GIVEN_CONTEXT.c.id)
    )
    return await fetch_all(connection, GivenContext, query)


async def stages_of(connection: AsyncConnection, given: GivenContext) -> list[str]:
    """Return the stages that had not run when it was given."""
    data = await events.data_of(connection, given.project_id, _event_key(given.id))
    if not data:
        data = await events.data_of(connection, given.project_id, _event_key(given.artifact_id))
    return list(data.get("stages", ()))


async def stages_to_run(connection: AsyncConnection, project_id: UUID, pipeline: Pipeline) -> tuple[str, ...]:
    """Return the stages whose step has not begun, in the pipeline's order."""
    query = select(TASK.c.stage).where(TASK.c.project_id == project_id, TASK.c.standalone_task_id.is_(None))
    begun = set((await connection.scalars(query)).all())
    return tuple(stage.name for stage in pipeline.stages if stage.name not in begun)
