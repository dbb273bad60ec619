"""Remove projects."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep
from api.openapi.documentation import describe_responses
from api.recovery.forget import forget

router = APIRouter(prefix="/projects", tags=["projects"])


@router.delete(
    "/{project_id}",
    status_code=204,
    summary="Remove a project for good",
    responses=describe_responses(None, 403, 404, 409, 422, 503, status=204),
)
async def forget_project(project: ProjectDep, services: ServicesDep, caller: CallerDep, request: Request) -> Response:
    """Removes a project that has ended, with its artifacts, transcripts and events, its members and tokens, and its
    histories in Temporal. What it has spent stays in the budgets of the days; projects that come from it stay, too.
    One that is marked to be kept is not removed."""
    await forget(services, project, caller, request)
    return Response(status_code=204)
