"""Artifacts: versions of what agents and humans wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.contracts.handoff import ArtifactRef
from models.contracts.words import AgentType, ArtifactType, EventType
from models.tables import ARTIFACT, Artifact
from store import contents
from store.statement import run
from store.transaction import Transaction

HUMAN = "human"

_ADD: LiteralString = """
INSERT INTO artifact (id, project_id, type, name, version, media_type, size, content_hash, author, origin_id, task_id,
                      based_on, created_at, accepted_at)
SELECT %(id)s, %(project_id)s, %(type)s, %(name)s,
       (SELECT COALESCE(max(version), 0) + 1 FROM artifact
        WHERE project_id = %(project_id)s AND type = %(type)s AND name = %(name)s),
       %(media_type)s, %(size)s, %(content_hash)s, %(author)s, %(origin_id)s, %(task_id)s, %(based_on)s,
       clock_timestamp(),
       CASE WHEN %(accepted)s THEN clock_timestamp() END
ON CONFLICT (origin_id, type, name) DO NOTHING
RETURNING version
"""

_WITH_CONTENT: LiteralString = """
SELECT artifact.*, content.body FROM artifact JOIN content ON content.hash = artifact.content_hash
WHERE artifact.id = ANY(%(ids)s) OR artifact.origin_id = %(origin_id)s
"""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version to write. `origin_id` is the task, decision or upload that it comes from, which writes it once."""

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


async def add(tx: Transaction, versions: Sequence[NewVersion]) -> tuple[ArtifactRef, ...]:
    """Write versions, each numbered after the last one of its type and name; an origin that wrote already is left."""
    await contents.put(tx.connection, (one.body for one in versions))
    refs: list[ArtifactRef] = []
    for one in versions:
        artifact_id, content_hash = uuid7(), contents.hash_of(one.body)
        rows = await run(
            tx.connection,
            _ADD,
            id=artifact_id,
            project_id=tx.project_id,
            type=one.type,
            name=one.name,
            media_type=one.media_type,
            size=len(one.body),
            content_hash=content_hash,
            author=one.author,
            origin_id=one.origin_id,
            task_id=one.task_id,
            based_on=one.based_on,
            accepted=one.accepted,
        )
        if not rows:
            refs.extend(await written_by(tx.connection, one.origin_id, one.type))
            continue
        version: int = rows[0].version
        refs.append(ArtifactRef(artifact_id=artifact_id, type=one.type, version=version, content_hash=content_hash))
        tx.record(
            EventType.ARTIFACT_CREATED,
            f"artifact:{one.origin_id}:{one.type}:{one.name}",
            task_id=one.task_id,
            agent_type=one.agent_type,
            artifact_id=artifact_id,
            type=one.type,
            name=one.name,
            version=version,
            author=one.author,
            content_hash=content_hash,
            size=len(one.body),
        )
    return tuple(refs)


async def accept(tx: Transaction, artifact_ids: Iterable[UUID]) -> None:
    """Mark versions as what later stages and the export read."""
    await run(
        tx.connection,
        "UPDATE artifact SET accepted_at = clock_timestamp() WHERE id = ANY(%(ids)s) AND accepted_at IS NULL",
        ids=list(artifact_ids),
    )


_REF = (ARTIFACT.c.id, ARTIFACT.c.type, ARTIFACT.c.version, ARTIFACT.c.content_hash)


def _ref(row: Row[Any, Any, Any, Any]) -> ArtifactRef:
    return ArtifactRef(
        artifact_id=row.id, type=ArtifactType(row.type), version=row.version, content_hash=row.content_hash
    )


async def written_by(
    connection: AsyncConnection, origin_id: UUID, type: ArtifactType | None = None
) -> tuple[ArtifactRef, ...]:
    """What a task, a decision or an upload wrote, oldest first."""
    query = select(*_REF).where(ARTIFACT.c.origin_id == origin_id).order_by(ARTIFACT.c.id)
    if type is not None:
        query = query.where(ARTIFACT.c.type == type)
    return tuple(_ref(row) for row in await connection.execute(query))


async def get(connection: AsyncConnection, artifact_id: UUID) -> Artifact | None:
    """One version, without its content."""
    row = (await connection.execute(select(ARTIFACT).where(ARTIFACT.c.id == artifact_id))).one_or_none()
    return Artifact(**row._mapping) if row else None


async def with_content(
    connection: AsyncConnection, artifact_ids: Sequence[UUID], *, origin_id: UUID | None = None
) -> list[tuple[Artifact, bytes]]:
    """Versions with their contents, in the order asked for, then what an origin wrote; unknown ids are left out."""
    found = []
    for row in await run(connection, _WITH_CONTENT, ids=list(artifact_ids), origin_id=origin_id):
        fields = row._asdict()
        body = fields.pop("body")
        found.append((Artifact(**fields), body))
    places = {artifact_id: place for place, artifact_id in enumerate(artifact_ids)}
    return sorted(found, key=lambda one: places.get(one[0].id, len(places)))


async def of_project(
    connection: AsyncConnection,
    project_id: UUID,
    *,
    type: ArtifactType | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[Artifact]:
    """A project's versions, oldest first, after a given one."""
    query = select(ARTIFACT).where(ARTIFACT.c.project_id == project_id).order_by(ARTIFACT.c.id).limit(limit)
    if type is not None:
        query = query.where(ARTIFACT.c.type == type)
    if after is not None:
        query = query.where(ARTIFACT.c.id > after)
    return [Artifact(**row._mapping) for row in await connection.execute(query)]


async def delivery(connection: AsyncConnection, project_id: UUID) -> list[Artifact]:
    """The newest accepted version of each type and name, in their order."""
    query = (
        select(ARTIFACT)
        .where(ARTIFACT.c.project_id == project_id, ARTIFACT.c.accepted_at.is_not(None))
        .ext(distinct_on(ARTIFACT.c.type, ARTIFACT.c.name))
        .order_by(ARTIFACT.c.type, ARTIFACT.c.name, ARTIFACT.c.version.desc())
    )
    return [Artifact(**row._mapping) for row in await connection.execute(query)]


async def known(connection: AsyncConnection, project_id: UUID, artifact_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these artifacts are the project's."""
    query = select(ARTIFACT.c.id).where(ARTIFACT.c.project_id == project_id, ARTIFACT.c.id.in_(artifact_ids))
    return set((await connection.scalars(query)).all())


async def before(connection: AsyncConnection, artifact: Artifact) -> Artifact | None:
    """The version before this one, of the same type and name."""
    query = select(ARTIFACT).where(
        ARTIFACT.c.project_id == artifact.project_id,
        ARTIFACT.c.type == artifact.type,
        ARTIFACT.c.name == artifact.name,
        ARTIFACT.c.version == artifact.version - 1,
    )
    row = (await connection.execute(query)).one_or_none()
    return Artifact(**row._mapping) if row else None
