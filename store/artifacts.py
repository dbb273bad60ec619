"""Artifacts: the versions that agents and humans wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, not_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.contracts.event_data import ArtifactCreated
from models.contracts.handoff import ArtifactRef
from models.contracts.names import AgentType, ArtifactType
from models.tables import ARTIFACT, Artifact
from store import contents, version_statements
from store.rows import fetch_all, fetch_one, model_of
from store.statement import run
from store.transaction import Changes, Transaction

HUMAN = "human"

_WITH_CONTENT: LiteralString = """
SELECT artifact.*, content.body FROM artifact JOIN content ON content.hash = artifact.content_hash
WHERE artifact.id = ANY(%(ids)s) OR artifact.origin_id = %(origin_id)s
"""

_WRITTEN_BY: LiteralString = """
SELECT id, type, version, content_hash FROM artifact WHERE origin_id = %(origin_id)s ORDER BY id
"""


@dataclass(frozen=True)
class NewVersion:
    """A version to write. `origin_id` is the task, request or upload that it comes from, which writes it once."""

    type: ArtifactType
    body: bytes
    media_type: str
    author: str
    origin_id: UUID
    name: str
    task_id: UUID | None = None
    agent_type: AgentType | None = None
    based_on: UUID | None = None
    accepted: bool = False

    @cached_property
    def content_hash(self) -> str:
        return contents.hash_of(self.body)


async def add(tx: Transaction, versions: Sequence[NewVersion]) -> tuple[ArtifactRef, ...]:
    """Write versions, numbered within their type and name. What an origin has already written is left as it is."""
    if not versions:
        return ()
    ids = [uuid7() for _ in versions]
    rows = await run(tx.connection, version_statements.ADD, project_id=tx.project_id, **values_of(ids, versions))
    numbers: dict[UUID, int] = {row.id: row.version for row in rows}
    refs: list[ArtifactRef] = []
    for artifact_id, version in zip(ids, versions, strict=True):
        number = numbers.get(artifact_id)
        if number is None:
            refs.extend(await written_by(tx.connection, version.origin_id, version.type))
            continue
        refs.append(record_version(tx, artifact_id, version, number))
    return tuple(refs)


def values_of(
    ids: Sequence[UUID], versions: Sequence[NewVersion], numbers: Sequence[int] | None = None
) -> dict[str, Any]:
    """Return versions as parameters."""
    return {
        "ids": ids,
        "types": [str(version.type) for version in versions],
        "names": [version.name for version in versions],
        "numbers": numbers or [None for _ in versions],
        "media_types": [version.media_type for version in versions],
        "hashes": [version.content_hash for version in versions],
        "bodies": [version.body for version in versions],
        "authors": [version.author for version in versions],
        "origins": [version.origin_id for version in versions],
        "tasks": [version.task_id for version in versions],
        "bases": [version.based_on for version in versions],
        "accepted": [version.accepted for version in versions],
    }


def record_version(changes: Changes, artifact_id: UUID, version: NewVersion, number: int) -> ArtifactRef:
    """Record the event of a version, and return its reference."""
    changes.record(
        ArtifactCreated(
            artifact_id=artifact_id,
            type=version.type,
            name=version.name,
            version=number,
            author=version.author,
            content_hash=version.content_hash,
            size=len(version.body),
        ),
        key=f"artifact:{version.origin_id}:{version.type}:{version.name}",
        task_id=version.task_id,
        agent_type=version.agent_type,
    )
    return ArtifactRef(artifact_id=artifact_id, type=version.type, version=number, content_hash=version.content_hash)


async def accept(tx: Transaction, artifact_ids: Iterable[UUID]) -> None:
    """Mark versions as accepted, so that later stages and the export read them."""
    await run(
        tx.connection,
        "UPDATE artifact SET accepted_at = clock_timestamp() WHERE id = ANY(%(ids)s) AND accepted_at IS NULL",
        ids=list(artifact_ids),
    )


def ref_of(row: Any) -> ArtifactRef:
    """Return the reference of an artifact's row."""
    return ArtifactRef(artifact_id=row.id, type=row.type, version=row.version, content_hash=row.content_hash)


async def written_by(
    connection: AsyncConnection, origin_id: UUID, type: ArtifactType | None = None
) -> tuple[ArtifactRef, ...]:
    """Return what a task, a request or an upload wrote, oldest first."""
    rows = await run(connection, _WRITTEN_BY, origin_id=origin_id)
    return tuple(ref_of(row) for row in rows if type is None or row.type == type)


async def get(connection: AsyncConnection, artifact_id: UUID) -> Artifact | None:
    """Return one version without its content, or None."""
    return await fetch_one(connection, Artifact, select(ARTIFACT).where(ARTIFACT.c.id == artifact_id))


async def get_with_contents(
    connection: AsyncConnection, artifact_ids: Sequence[UUID], *, origin_id: UUID | None = None
) -> list[tuple[Artifact, bytes]]:
    """Return versions and their contents in the given order, then those of an origin. Unknown ids are left out."""
    rows = await run(connection, _WITH_CONTENT, ids=list(artifact_ids), origin_id=origin_id)
    found = [(model_of(Artifact, row), row.body) for row in rows]
    positions = {artifact_id: position for position, artifact_id in enumerate(artifact_ids)}
    return sorted(found, key=lambda pair: positions.get(pair[0].id, len(positions)))


async def get_many(
    connection: AsyncConnection, artifact_ids: Sequence[UUID], *, origin_id: UUID | None = None
) -> list[Artifact]:
    """Return versions in the given order, then those of an origin. Unknown ids are left out."""
    wanted = ARTIFACT.c.id.in_(artifact_ids) | (ARTIFACT.c.origin_id == origin_id)
    query = select(ARTIFACT).where(wanted).order_by(ARTIFACT.c.id)
    positions = {artifact_id: position for position, artifact_id in enumerate(artifact_ids)}
    found = await fetch_all(connection, Artifact, query)
    return sorted(found, key=lambda version: positions.get(version.id, len(positions)))


async def of_project(
    connection: AsyncConnection,
    project_id: UUID,
    *,
    type: ArtifactType | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[Artifact]:
    """Return a project's versions, oldest first, after a given one."""
    query = select(ARTIFACT).where(ARTIFACT.c.project_id == project_id).order_by(ARTIFACT.c.id).limit(limit)
    if type is not None:
        query = query.where(ARTIFACT.c.type == type)
    if after is not None:
        query = query.where(ARTIFACT.c.id > after)
    return await fetch_all(connection, Artifact, query)


async def delivery(connection: AsyncConnection, project_id: UUID) -> list[Artifact]:
    """Return the newest accepted version of each type and name, sorted by them."""
    query = (
        select(ARTIFACT)
        .where(ARTIFACT.c.project_id == project_id, ARTIFACT.c.accepted_at.is_not(None))
        .ext(distinct_on(ARTIFACT.c.type, ARTIFACT.c.name))
        .order_by(ARTIFACT.c.type, ARTIFACT.c.name, ARTIFACT.c.version.desc())
    )
    return await fetch_all(connection, Artifact, query)


async def newest_accepted(connection: AsyncConnection, project_id: UUID, type: ArtifactType) -> Artifact | None:
    """Return the newest accepted version of a type that the pipeline wrote or a person put in its place, or None."""
    query = (
        select(ARTIFACT)
        .where(ARTIFACT.c.project_id == project_id, ARTIFACT.c.type == type, ARTIFACT.c.accepted_at.is_not(None))
        .order_by(ARTIFACT.c.version.desc())
        .limit(1)
    )
    return await fetch_one(connection, Artifact, query)


async def ids_of_project(connection: AsyncConnection, project_id: UUID, artifact_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the ids that are artifacts of the project."""
    query = select(ARTIFACT.c.id).where(ARTIFACT.c.project_id == project_id, ARTIFACT.c.id.in_(artifact_ids))
    return set((await connection.scalars(query)).all())


async def previous_version(connection: AsyncConnection, artifact: Artifact) -> Artifact | None:
    """Return the version to compare this one with, as `previous_ids` does, or None."""
    older_id = (await previous_ids(connection, [artifact.id])).get(artifact.id)
    return await get(connection, older_id) if older_id else None


async def previous_ids(connection: AsyncConnection, artifact_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the id of the version before each of these, of the same type and name. First versions are left out.

    What the crew wrote, or a person decided, is not compared with what somebody merely added: else an operator could
    hide a change from those who decide, with a copy of it.
    """
    older = ARTIFACT.alias("older")
    same = [older.c[name] == ARTIFACT.c[name] for name in ("project_id", "type", "name")]
    counts = or_(_is_of_the_crew(older), not_(_is_of_the_crew(ARTIFACT)))
    query = (
        select(ARTIFACT.c.id, older.c.id.label("older_id"))
        .join(older, and_(*same, older.c.version < ARTIFACT.c.version, counts))
        .where(ARTIFACT.c.id.in_(artifact_ids))
        .ext(distinct_on(ARTIFACT.c.id))
        .order_by(ARTIFACT.c.id, older.c.version.desc())
    )
    return {row.id: row.older_id for row in await connection.execute(query)}


def _is_of_the_crew(artifact: FromClause) -> ColumnElement[bool]:
    return or_(artifact.c.task_id.is_not(None), artifact.c.accepted_at.is_not(None))
