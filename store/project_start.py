"""The start of a project: what is committed before its workflow starts, and the workflow's input."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.budget import Budget
from models.contracts.enums import Oversight, ParentKind, ProjectStatus
from models.contracts.event_data import WorkflowEvent
from models.contracts.handoff import ArtifactRef
from models.contracts.ids import derive_uuid7
from models.contracts.names import REHEARSAL, BuiltInArtifact, CrewName
from models.contracts.pipeline import Pipeline
from models.contracts.project import ProjectInput
from models.contracts.roles import MediaType, ModelName
from models.tables import PROJECT, Project
from store import artifacts, budget_limits, budget_scopes
from store.statement import run
from store.transaction import Transaction

BRIEF = "brief"
"""The name of the artifact with the text that the project was started with."""

_CREATE: LiteralString = """
INSERT INTO project (id, name, owner, tags, parent_id, parent_kind, pipeline, oversight, crew, model, checkpoint_after,
                     status, open_requests, last_seq, idempotency_key, request_hash, traceparent, created_at,
                     updated_at)
VALUES (%(id)s, %(name)s, %(owner)s, %(tags)s, %(parent_id)s, %(parent_kind)s, %(pipeline)s, %(oversight)s, %(crew)s,
        %(model)s, %(checkpoint_after)s, %(status)s, 0, 0, %(idempotency_key)s, %(request_hash)s, %(traceparent)s,
        %(created_at)s, %(updated_at)s)
ON CONFLICT (idempotency_key) DO NOTHING
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project to start. `source` is FILES content, the code that it begins from; `parent` is the project that it
    comes from, and how. `author` is who started it. `request_hash` belongs to the `idempotency_key`. `traceparent` is
    the span of its request."""

    id: UUID
    name: str
    brief: str
    pipeline: Pipeline
    oversight: Oversight | None = None
    crew: CrewName | None = None
    model: ModelName | None = None
    source: bytes | None = None
    budget: Budget | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    parent: tuple[UUID, ParentKind] | None = None
    checkpoint_after: int = 0
    author: str = artifacts.HUMAN
    idempotency_key: str | None = None
    request_hash: str | None = None
    traceparent: str | None = None


async def create(
    tx: Transaction, new: NewProject, started_by: str | None = None
) -> tuple[Project, ProjectInput] | None:
    """Write a project as `starting`, with its brief and its source. Return the row and the input of its workflow.

    Returns None, and writes nothing, if its idempotency key is taken.
    """
    now = datetime.now(UTC)
    project = Project(
        id=new.id,
        name=new.name,
        owner=new.owner,
        tags=list(new.tags),
        parent_id=new.parent[0] if new.parent else None,
        parent_kind=new.parent[1] if new.parent else None,
        pipeline=new.pipeline.model_dump(mode="json"),
        oversight=new.oversight,
        crew=new.crew,
        model=new.model,
        checkpoint_after=new.checkpoint_after,
        status=ProjectStatus.STARTING,
        idempotency_key=new.idempotency_key,
        request_hash=new.request_hash,
        traceparent=new.traceparent,
        created_at=now,
        updated_at=now,
    )
    values = project.model_dump(exclude={"workflow_problem"})
    if not await run(tx.connection, _CREATE, **values | {"pipeline": Jsonb(project.pipeline)}):
        return None
    created = WorkflowEvent(status=ProjectStatus.STARTING, name=new.name)
    tx.record(created.model_copy(update={"by": started_by}) if started_by else created, key="created")
    given = [
        artifacts.NewVersion(
            type=BuiltInArtifact.USER_INPUT,
            body=new.brief.encode(),
            media_type=MediaType.MARKDOWN.value,
            author=new.author,
            origin_id=new.id,
            name=BRIEF,
            accepted=True,
        )
    ]
    if new.source is not None:
        # The stage that produces code writes the next version.
        given.append(
            artifacts.NewVersion(
                type=BuiltInArtifact.SOURCE_CODE,
                body=new.source,
                media_type=MediaType.FILES.value,
                author=new.author,
                origin_id=source_origin(new.id),
                name=str(BuiltInArtifact.SOURCE_CODE),
                accepted=True,
            )
        )
    brief, *source = await artifacts.add(tx, given)
    if new.budget is not None:
        await budget_limits.set_limits(tx.connection, budget_scopes.project(new.id), new.id, new.budget)
    return project, _input(project, new.pipeline, brief, *source)


def source_origin(project_id: UUID) -> UUID:
    """Return the origin of the code that a project begins from. The brief's origin is the project itself."""
    return derive_uuid7(project_id, "source")


async def input_of(connection: AsyncConnection, project: Project) -> ProjectInput:
    """Return the input of a project's workflow."""
    (brief,) = await artifacts.written_by(connection, project.id)
    source = await artifacts.written_by(connection, source_origin(project.id))
    return _input(project, Pipeline.model_validate(project.pipeline), brief, *source)


def _input(project: Project, pipeline: Pipeline, brief: ArtifactRef, source: ArtifactRef | None = None) -> ProjectInput:
    return ProjectInput(
        project_id=project.id,
        name=project.name,
        pipeline=pipeline,
        oversight=Oversight(project.oversight) if project.oversight else None,
        brief=brief,
        generation=project.generation,
        crew=project.crew or REHEARSAL,
        model=project.model,
        source=source,
        checkpoint_after=project.checkpoint_after,
    )


async def unstarted(
    connection: AsyncConnection, older_than: timedelta, known: Collection[UUID] = (), limit: int = 100
) -> Sequence[tuple[UUID, int]]:
    """Return the ids and generations of projects that should have a workflow but may not have one, in random order.

    Many may only be waiting for a worker; random order keeps these from starving the others. Those whose workflow is
    `known` are left out.
    """
    query = (
        select(PROJECT.c.id, PROJECT.c.generation)
        .where(
            PROJECT.c.status == ProjectStatus.STARTING,
            PROJECT.c.created_at < func.clock_timestamp() - older_than,
            PROJECT.c.updated_at < func.clock_timestamp() - older_than,  # one that is retried was created long ago
            PROJECT.c.id.not_in(known),
        )
        .order_by(func.random())
        .limit(limit)
    )
    return [(row.id, row.generation) for row in await connection.execute(query)]
