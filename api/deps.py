"""What a call asks for by its parameters' types."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, Path, Query, Request

from api.artifacts import files
from api.errors import InvalidError, NotFoundError
from api.services import Services
from models.tables import Artifact, HitlRequest, Project, Task
from store import artifacts, hitl, projects, tasks


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]


def _bind(request: Request, project_id: UUID) -> None:
    """Let the request's line in the log, and every other, name the project."""
    structlog.contextvars.bind_contextvars(project_id=str(project_id))


async def _project(request: Request, services: ServicesDep, project_id: Annotated[UUID, Path()]) -> Project:
    _bind(request, project_id)
    async with services.store.reading() as connection:
        project = await projects.get(connection, project_id)
    if project is None:
        raise NotFoundError.of("project", project_id)
    return project


ProjectDep = Annotated[Project, Depends(_project)]
"""The project that the path names; 404 where there is none."""


async def _artifact(request: Request, services: ServicesDep, artifact_id: Annotated[UUID, Path()]) -> Artifact:
    async with services.store.reading() as connection:
        artifact = await artifacts.get(connection, artifact_id)
    if artifact is None:
        raise NotFoundError.of("artifact", artifact_id)
    _bind(request, artifact.project_id)
    return artifact


ArtifactDep = Annotated[Artifact, Depends(_artifact)]
"""The artifact version that the path names; 404 where there is none."""


async def _file(
    artifact: ArtifactDep,
    file: Annotated[
        str | None, Query(min_length=1, description="One file of a file set or a zip, by its path.")
    ] = None,
) -> str | None:
    if file is not None and not files.contains_files(artifact.media_type):
        raise InvalidError("file", f"the artifact is {artifact.media_type}, which holds no files", place="query")
    return file


FileDep = Annotated[str | None, Depends(_file)]
"""The file of a set that the query names, if it does; 422 where the artifact is no set."""


async def _task(request: Request, services: ServicesDep, task_id: Annotated[UUID, Path()]) -> Task:
    async with services.store.reading() as connection:
        task = await tasks.get(connection, task_id)
    if task is None:
        raise NotFoundError.of("task", task_id)
    _bind(request, task.project_id)
    return task


TaskDep = Annotated[Task, Depends(_task)]
"""The task that the path names; 404 where there is none."""


async def _hitl_request(request: Request, services: ServicesDep, request_id: Annotated[UUID, Path()]) -> HitlRequest:
    async with services.store.reading() as connection:
        found = await hitl.get(connection, request_id)
    if found is None:
        raise NotFoundError.of("HITL request", request_id)
    _bind(request, found.project_id)
    return found


HitlRequestDep = Annotated[HitlRequest, Depends(_hitl_request)]
"""The HITL request that the path names; 404 where there is none."""
