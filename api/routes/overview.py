"""Show a project in one response: a view that reads five parts side by side pays for each request."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep
from api.http.pagination import PageParams
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples.overview import OVERVIEW
from api.routes.artifacts import list_artifacts
from api.routes.budgets import get_project_budget
from api.routes.hitl import list_project_requests
from api.routes.projects import get_project, get_project_status
from api.shapes.overview import ProjectOverview

router = APIRouter(prefix="/projects", tags=["projects"], route_class=StrictRoute)

FIRST = PageParams(limit=200, after=None)


@router.get(
    "/{project_id}/overview",
    summary="Show a project with its progress, artifacts, requests and budget",
    responses=describe_responses(OVERVIEW, 404, 422, 503),
)
async def get_project_overview(project: ProjectDep, services: ServicesDep, caller: CallerDep) -> ProjectOverview:
    """What a view of a project needs at first. The log after `X-Project-Head` says what has changed since."""
    return ProjectOverview(
        project=await get_project(project, services, caller),
        progress=await get_project_status(project, services),
        artifacts=await list_artifacts(project, services, FIRST),
        requests=await list_project_requests(project, services, FIRST),
        budget=await get_project_budget(project, services, caller),
    )
