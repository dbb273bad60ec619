"""The start of a project: what is committed before its workflow starts, and the workflow's input."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

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
from store import artifacts, budget_limits, budget_scopes, version_statements
from store.statement import run
from store.transaction import Changes, Store, Transaction

BRIEF = "brief"
"""The name of the artifact with the text that the project was started with."""

_CREATE: LiteralString = """
INSERT INTO project (id, name, owner, tags, parent_id, parent_kind, pipeline, oversight, crew, model, checkpoint_after,
                     status, open_requests, last_seq, idempotency_key, request_hash, traceparent, created_at,
                     updated_at)
VALUES (%(id)s, %(name)s, %(owner)s, %(tags)s, %(parent_id)s, %(parent_kind)s, %(pipeline)s, %(oversight)s, %(crew)s,
        %(model)s, %(checkpoint_after)s, 'starting', 0, {last_seq}, %(idempotency_key)s, %(request_hash)s,
        %(traceparent)s, %(created_at)s, %(updated_at)s)
ON CONFLICT (idempotency_key) DO NOTHING
RETURNING id
"""
_CREATE_FIRST: LiteralString = _CREATE.replace("{last_seq}", "0")

# Nobody else writes to a project that does not exist yet: its row has the number of its last event from the beginning.
_CREATE_WHOLE: LiteralString = """
WITH created AS ({create}), {versions}
INSERT INTO event (project_id, seq, event_type, data, dedupe_key, created_at)
SELECT %(project_id)s, position, event_type, data, dedupe_key, clock_timestamp()
FROM created, ROWS FROM (jsonb_to_recordset(%(events)s::jsonb) AS (event_type text, data jsonb, dedupe_key text))
    WITH ORDINALITY AS i (event_type, data, dedupe_key, position)
WHERE (SELECT count(*) FROM written) >= 0
RETURNING project_id, seq, event_type, task_id, agent_type, data, created_at
""".replace("{create}", _CREATE.replace("{last_seq}", "jsonb_array_length(%(events)s::jsonb)")).replace(
    "{versions}", version_statements.write("EXISTS (SELECT FROM created)")
)


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


async def create_at_once(
    store: Store, new: NewProject, by: UUID | None, started_by: str | None
) -> tuple[Project, ProjectInput] | None:
    """Do what `create` does in one statement, which commits. Return None if `create` has to: the idempotency key is
    taken, or there is a parent, which may be gone, or a budget. `by` is the principal who starts the project."""
    if new.parent is not None or new.budget is not None:
        return None
    changes, project, versions = Changes(new.id, by), _row(new), _given(new)
    _record(changes, new, started_by)
    ids, numbers = [uuid7() for _ in versions], [1 for _ in versions]
    refs = tuple(map(artifacts.record_version, [changes] * len(ids), ids, versions, numbers))
    values = _values(project) | artifacts.values_of(ids, versions, numbers)
    if not await store.apply(changes, _CREATE_WHOLE, **values):
        return None
    return project, _input(project, new.pipeline, *refs)


async def create(
    tx: Transaction, new: NewProject, started_by: str | None = None
) -> tuple[Project, ProjectInput] | None:
    """Write a project as `starting`, with its brief and its source. Return the row and the input of its workflow.

    Returns None, and writes nothing, if its idempotency key is taken.
    """
    project = _row(new)
    if not await run(tx.connection, _CREATE_FIRST, **_values(project)):
        return None
    _record(tx, new, started_by)
    brief, *source = await artifacts.add(tx, _given(new))
    if new.budget is not None:
        await budget_limits.set_limits(tx.connection, budget_scopes.project(new.id), new.id, new.budget)
    return project, _input(project, new.pipeline, brief, *source)


def _row(new: NewProject) -> Project:
    now = datetime.now(UTC)
    return Project(
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


def _values(project: Project) -> dict[str, Any]:
    values = project.model_dump(exclude={"workflow_problem", "status", "phase", "reason"})
    return values | {"pipeline": Jsonb(project.pipeline)}


def _record(changes: Changes, new: NewProject, started_by: str | None) -> None:
    created = WorkflowEvent(status=ProjectStatus.STARTING, name=new.name)
    changes.record(created.model_copy(update={"by": started_by}) if started_by else created, key="created")


def _given(new: NewProject) -> list[artifacts.NewVersion]:
    """Return the first versions: the brief, and the code to begin from, if there is any. The stage that produces code
    writes its next version."""
    given = [_version(new, BuiltInArtifact.USER_INPUT, new.brief.encode(), MediaType.MARKDOWN, new.id, BRIEF)]
    if new.source is not None:
        code = BuiltInArtifact.SOURCE_CODE
        given.append(_version(new, code, new.source, MediaType.FILES, source_origin(new.id), str(code)))
    return given


def _version(
    new: NewProject, type: BuiltInArtifact, body: bytes, media_type: MediaType, origin_id: UUID, name: str
) -> artifacts.NewVersion:
    return artifacts.NewVersion(
        type=type,
        body=body,
        media_type=media_type.value,
        author=new.author,
        origin_id=origin_id,
        name=name,
        accepted=True,
    )


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
