"""What a call asks for by its parameters' types."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, Path, Request

from api.errors import NotFoundError
from api.services import Services
from models.tables import Artifact, HitlRequest, Project
from store import artifacts, hitl, projects


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


async def _hitl_request(request: Request, services: ServicesDep, request_id: Annotated[UUID, Path()]) -> HitlRequest:
    async with services.store.reading() as connection:
        found = await hitl.get(connection, request_id)
    if found is None:
        raise NotFoundError.of("HITL request", request_id)
    _bind(request, found.project_id)
    return found


HitlRequestDep = Annotated[HitlRequest, Depends(_hitl_request)]
"""The HITL request that the path names; 404 where there is none."""
