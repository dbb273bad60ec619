"""The project that a new one comes from: its settings, and the source that the new one begins from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from api.artifacts.content import load_content
from api.errors import ConflictError, InvalidError
from api.services import Services
from api.shapes.lineage import ParentCreate
from artifacts import file_sets, sources
from artifacts.errors import InvalidArtifactError
from artifacts.media_types import FILES, ZIP
from models.contracts.budget import Budget, BudgetUnit
from models.contracts.enums import Oversight, ParentKind, ProjectStatus
from models.contracts.names import REHEARSAL, BuiltInArtifact, CrewName
from models.contracts.roles import ModelName
from models.tables import Artifact, Project
from store import artifacts, budget_limits, budget_scopes, project_start, projects


@dataclass(frozen=True, slots=True)
class Parent:
    """A project that a new one comes from. `source` is FILES content."""

    id: UUID
    kind: ParentKind
    pipeline: str
    oversight: Oversight | None
    crew: CrewName
    model: ModelName | None
    budget: Budget | None
    owner: str | None
    tags: tuple[str, ...]
    source: bytes | None


async def read_parent(services: Services, given: ParentCreate, *, with_source: bool) -> Parent:
    """Return the project that a new one comes from. Without `with_source`, the new one has a source of its own.

    Raises:
        InvalidError: there is no such project.
        ConflictError: it has not delivered what the new one would begin from.
    """
    async with services.store.reading() as connection:
        project = await projects.get(connection, given.project_id)
        if project is None:
            raise InvalidError("parent.project_id", f"there is no project {given.project_id}")
        limits = await budget_limits.get(connection, budget_scopes.project(project.id))
    source = None
    if with_source:
        is_follow_up = given.kind is ParentKind.FOLLOW_UP
        source = await _read_delivery(services, project) if is_follow_up else await _read_source(services, project)
    values = {str(unit): limit for unit in BudgetUnit if (limit := getattr(limits, f"limit_{unit}")) is not None}
    return Parent(
        id=project.id,
        kind=given.kind,
        pipeline=project.pipeline["name"],
        oversight=Oversight(project.oversight) if project.oversight else None,
        crew=project.crew or REHEARSAL,
        model=project.model,
        budget=Budget.model_validate(values) if values else None,
        owner=project.owner,
        tags=tuple(project.tags),
        source=source,
    )


async def _read_source(services: Services, project: Project) -> bytes | None:
    """Return the code that a project began from, if it did."""
    async with services.store.reading() as connection:
        written = await artifacts.written_by(connection, project_start.source_origin(project.id))
        found = await artifacts.get_with_contents(connection, [ref.artifact_id for ref in written])
    return found[0][1] if found else None


async def _read_delivery(services: Services, project: Project) -> bytes:
    """Return what a completed project has delivered: the files of its package, or else its code."""
    if project.status != ProjectStatus.COMPLETED:
        raise ConflictError(f"The project {project.id} is {project.status}: only a completed one can be followed up.")
    async with services.store.reading() as connection:
        delivered = {artifact.type: artifact for artifact in await artifacts.delivery(connection, project.id)}
    for kind in (BuiltInArtifact.DEPLOYMENT_PACKAGE, BuiltInArtifact.SOURCE_CODE):
        if kind in delivered and (files := await _read_files(services, delivered[kind])) is not None:
            return files
    raise ConflictError(f"The project {project.id} has delivered no code to begin from.")


async def _read_files(services: Services, artifact: Artifact) -> bytes | None:
    """Return an artifact as FILES content, or None if it is not a set of text files."""
    body = await load_content(services.store, artifact)
    if artifact.media_type == FILES:
        return body
    if artifact.media_type != ZIP:
        return None
    try:
        return await asyncio.to_thread(_unpack, body)
    except InvalidArtifactError:
        return None


def _unpack(package: bytes) -> bytes | None:
    source = sources.without_root(sources.read_zip(package))
    return None if source.left_out else file_sets.pack(source.files)
