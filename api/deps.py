"""FastAPI dependencies: the services, and the records that a path names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import structlog
from fastapi import Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.artifacts import files
from api.auth.dependencies import require_in_project
from api.errors import ConflictError, InvalidError, NotFoundError
from api.problem_codes import ProblemCode
from api.services import Services
from models.contracts.enums import ProjectStatus
from models.tables import Artifact, HitlRequest, Project, Task
from store import artifacts, hitl, projects, tasks


async def _get_services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_get_services)]


def _bind_project(project_id: UUID) -> None:
    """Add the project's id to every log line of the request."""
    structlog.contextvars.bind_contextvars(project_id=str(project_id))


HEAD = "X-Project-Head"
"""The header with the number of a project's newest event, as it was before anything else was read for the response: a
client that reads several parts of a project at once misses no event if it follows the log from the lowest of them."""


async def _get_project(
    request: Request, response: Response, services: ServicesDep, project_id: Annotated[UUID, Path()]
) -> Project:
    _bind_project(project_id)
    async with services.store.reading() as connection:
        project = await projects.get(connection, project_id)
    if project is None:
        raise NotFoundError.of("project", project_id)
    await require_in_project(request, project_id, "project", project_id)
    response.headers[HEAD] = str(project.last_seq)
    return project


ProjectDep = Annotated[Project, Depends(_get_project)]
"""The project in the path. 404 if it does not exist, or the caller may not see it; 403 if it may not do this."""


def require_not_final(project: Project) -> None:
    """Raise ConflictError if the project has ended."""
    if ProjectStatus(project.status).is_final:
        raise ConflictError(f"The project is {project.status}.", code=ProblemCode.PROJECT_ENDED)


_Record = TypeVar("_Record", Artifact, Task, HitlRequest)


async def _read(
    request: Request, get: Callable[[AsyncConnection, UUID], Awaitable[_Record | None]], noun: str, id_: UUID
) -> _Record:
    """Return a project's record, and add the project's id to the log lines."""
    services: Services = request.app.state.services
    async with services.store.reading() as connection:
        record = await get(connection, id_)
    if record is None:
        raise NotFoundError.of(noun, id_)
    _bind_project(record.project_id)
    await require_in_project(request, record.project_id, noun, id_)
    return record


async def _get_artifact(request: Request, artifact_id: Annotated[UUID, Path()]) -> Artifact:
    return await _read(request, artifacts.get, "artifact", artifact_id)


ArtifactDep = Annotated[Artifact, Depends(_get_artifact)]
"""The artifact version in the path. 404 if it does not exist."""


async def _get_file(
    artifact: ArtifactDep,
    file: Annotated[str | None, Query(min_length=1, description="The path of one file in a file set or a zip.")] = None,
) -> str | None:
    if file is not None and not files.contains_files(artifact.media_type):
        raise InvalidError("file", f"the artifact is {artifact.media_type}, which holds no files", place="query")
    return file


FileDep = Annotated[str | None, Depends(_get_file)]
"""The path of a file in the query, if any. 422 if the artifact holds no files."""


async def _get_task(request: Request, task_id: Annotated[UUID, Path()]) -> Task:
    return await _read(request, tasks.get, "task", task_id)


TaskDep = Annotated[Task, Depends(_get_task)]
"""The task in the path. 404 if it does not exist."""


async def _get_hitl_request(request: Request, request_id: Annotated[UUID, Path()]) -> HitlRequest:
    return await _read(request, hitl.get, "HITL request", request_id)


HitlRequestDep = Annotated[HitlRequest, Depends(_get_hitl_request)]
"""The HITL request in the path. 404 if it does not exist."""
