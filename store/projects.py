"""Projects: briefs being delivered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import HALTED_PROJECT_STATUSES, Oversight, ProjectStatus
from models.contracts.event_data import WorkflowEvent
from models.contracts.handoff import ArtifactRef
from models.contracts.ids import derive_uuid7
from models.contracts.names import REHEARSAL, ArtifactType, BuiltInArtifact, CrewName
from models.contracts.pipeline import Pipeline
from models.contracts.project import ProjectInput
from models.contracts.records import OpenProjectInput, RecordStatusResult
from models.contracts.roles import MediaType, ModelName
from models.tables import ARTIFACT, CONTENT, PROJECT, TASK, Project
from store import agents, artifacts, hitl, hitl_deadlines, tasks
from store.rows import fetch_all, fetch_one
from store.text_search import casefolded
from store.transaction import Transaction

BRIEF = "brief"
"""The name of the artifact with the text that the project was started with."""


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project to start. `source` is FILES content, the code that it begins from. `request_hash` belongs to the
    `idempotency_key`."""

    id: UUID
    name: str
    brief: str
    pipeline: Pipeline
    oversight: Oversight | None = None
    crew: CrewName | None = None
    model: ModelName | None = None
    source: bytes | None = None
    idempotency_key: str | None = None
    request_hash: str | None = None


async def create(tx: Transaction, new: NewProject) -> tuple[Project, ProjectInput] | None:
    """Write a project as `starting`, with its brief and its source. Return the row and the input of its workflow.

    Returns None, and writes nothing, if its idempotency key is taken.
    """
    now = datetime.now(UTC)
    project = Project(
        id=new.id,
        name=new.name,
        pipeline=new.pipeline.model_dump(mode="json"),
        oversight=new.oversight,
        crew=new.crew,
        model=new.model,
        status=ProjectStatus.STARTING,
        idempotency_key=new.idempotency_key,
        request_hash=new.request_hash,
        created_at=now,
        updated_at=now,
    )
    inserted = await tx.connection.scalar(
        insert(PROJECT)
        .values(project.model_dump())
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
        .returning(PROJECT.c.id)
    )
    if inserted is None:
        return None
    tx.record(WorkflowEvent(status=ProjectStatus.STARTING, name=new.name), key="created")
    given = [
        artifacts.NewVersion(
            type=BuiltInArtifact.USER_INPUT,
            body=new.brief.encode(),
            media_type=MediaType.MARKDOWN.value,
            author=artifacts.HUMAN,
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
                author=artifacts.HUMAN,
                origin_id=source_origin(new.id),
                name=str(BuiltInArtifact.SOURCE_CODE),
                accepted=True,
            )
        )
    brief, *source = await artifacts.add(tx, given)
    return project, _input(project, new.pipeline, brief, *source)


def source_origin(project_id: UUID) -> UUID:
    """Return the origin of the code that a project begins from. The brief's origin is the project itself."""
    return derive_uuid7(project_id, "source")


async def set_status(
    tx: Transaction,
    status: ProjectStatus,
    key: str,
    reason: str | None,
    postponed: Mapping[UUID, timedelta] | None = None,
) -> RecordStatusResult:
    """Record a project's status and its event. Any final status except `completed` closes the open tasks and requests.

    A project that has ended keeps its status, and nothing is written. Returns the status as recorded.
    """
    query = select(PROJECT.c.status, PROJECT.c.reason).where(PROJECT.c.id == tx.project_id)
    now = (await tx.connection.execute(query)).one()
    if ProjectStatus(now.status).is_final:
        return RecordStatusResult(status=now.status, reason=now.reason)
    if status in HALTED_PROJECT_STATUSES:
        await tasks.cancel_open(tx)
        await hitl.cancel_open(tx)
        await agents.mark_all_idle(tx)
    tx.update_project(status=status, reason=reason)
    tx.record(WorkflowEvent(status=status, reason=reason), key=f"status:{key}")
    if now.status == ProjectStatus.PAUSED and status is ProjectStatus.ACTIVE:
        await hitl_deadlines.postpone_standalone(tx, f"status:{key}")
    deadlines = await hitl_deadlines.postpone(tx, postponed, f"status:{key}") if postponed else {}
    return RecordStatusResult(status=status, reason=reason, deadlines=deadlines)


async def open_run(tx: Transaction, opening: OpenProjectInput) -> bool:
    """Record that a project's workflow has started. A restarted one keeps the project's status.

    Returns False, and writes nothing, if another run owns the project: it was restarted since, or Temporal lost the run
    that had opened it while this start was on its way.
    """
    query = select(PROJECT.c.status, PROJECT.c.generation, PROJECT.c.opened_run).where(PROJECT.c.id == tx.project_id)
    now = (await tx.connection.execute(query)).one()
    known = now.opened_run is not None and opening.run_id is not None
    if now.generation != opening.generation or (known and now.opened_run != opening.run_id):
        return False
    if now.opened_run is None:
        await tx.connection.execute(
            update(PROJECT).where(PROJECT.c.id == tx.project_id).values(opened_run=opening.run_id)
        )
    if opening.generation == 0 or now.status == ProjectStatus.STARTING:
        await set_status(tx, ProjectStatus.ACTIVE, "active", None)
    return True


async def get(connection: AsyncConnection, project_id: UUID) -> Project | None:
    """Return one project, or None."""
    return await fetch_one(connection, Project, select(PROJECT).where(PROJECT.c.id == project_id))


async def by_idempotency_key(connection: AsyncConnection, key: str) -> Project | None:
    """Return the project that was started with this key, or None."""
    return await fetch_one(connection, Project, select(PROJECT).where(PROJECT.c.idempotency_key == key))


async def find(
    connection: AsyncConnection,
    *,
    statuses: Collection[ProjectStatus] = (),
    search: str = "",
    before: UUID | None = None,
    limit: int = 50,
) -> list[Project]:
    """Return projects, newest first, older than a given one.

    Optionally only those with one of the statuses, and those with `search` in their name, regardless of case and
    Unicode form.
    """
    query = select(PROJECT).order_by(PROJECT.c.id.desc()).limit(limit)
    if statuses:
        query = query.where(PROJECT.c.status.in_(set(statuses)))
    if search:
        query = query.where(func.strpos(casefolded(PROJECT.c.name), casefolded(search)) > 0)
    if before is not None:
        query = query.where(PROJECT.c.id < before)
    return await fetch_all(connection, Project, query)


async def names(connection: AsyncConnection, project_ids: Collection[UUID]) -> dict[UUID, tuple[str, bool]]:
    """Return the name of each project, and whether it is paused."""
    query = select(PROJECT.c.id, PROJECT.c.name, PROJECT.c.status).where(PROJECT.c.id.in_(project_ids))
    return {row.id: (row.name, row.status == ProjectStatus.PAUSED) for row in await connection.execute(query)}


async def accepted_stages(connection: AsyncConnection, project_ids: list[UUID]) -> dict[UUID, int]:
    """Return how many stages of each project are accepted."""
    rows = await connection.execute(
        select(TASK.c.project_id, func.count(TASK.c.stage.distinct()))
        .where(TASK.c.project_id.in_(project_ids), TASK.c.accepted, TASK.c.standalone_task_id.is_(None))
        .group_by(TASK.c.project_id)
    )
    return {row[0]: row[1] for row in rows}


async def media_type(connection: AsyncConnection, project_id: UUID, type: ArtifactType) -> MediaType:
    """Return the media type of an artifact that a person supplies in place of an agent."""
    query = select(PROJECT.c.pipeline).where(PROJECT.c.id == project_id)
    pipeline = Pipeline.model_validate((await connection.execute(query)).one().pipeline)
    kind = pipeline.artifact(type)
    return kind.media_type if kind else MediaType.MARKDOWN


async def brief(connection: AsyncConnection, project_id: UUID) -> str:
    """Return the text that the project was started with, or raise sqlalchemy.exc.NoResultFound."""
    query = select(CONTENT.c.body).join(ARTIFACT).where(ARTIFACT.c.origin_id == project_id)
    body: bytes = (await connection.scalars(query)).one()
    return body.decode()


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
    )


async def unstarted(connection: AsyncConnection, older_than: timedelta, limit: int = 100) -> list[Project]:
    """Return projects that should have a workflow but may not have one, in random order.

    Many may only be waiting for a worker; random order keeps these from starving the others.
    """
    query = (
        select(PROJECT)
        .where(
            PROJECT.c.status == ProjectStatus.STARTING,
            PROJECT.c.created_at < func.clock_timestamp() - older_than,
        )
        .order_by(func.random())
        .limit(limit)
    )
    return await fetch_all(connection, Project, query)
