"""List who decided what in a project."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ProjectDep, ServicesDep
from api.http.pagination import PageParamsDep
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.decisions import PROJECT_DECISION
from api.shapes.decisions import ProjectDecision
from api.shapes.shape import Page
from store import hitl, hitl_decisions

router = APIRouter(prefix="/projects/{project_id}", tags=["projects"], route_class=StrictRoute)


@router.get(
    "/decisions",
    summary="List a project's decisions, in the order of their requests",
    responses=describe_responses(page_of(PROJECT_DECISION), 404, 422, 503),
)
async def list_decisions(project: ProjectDep, services: ServicesDep, params: PageParamsDep) -> Page[ProjectDecision]:
    """The response that decided each request, and what it was about. A page may be shorter than `limit`: requests that
    nobody decided are left out."""
    async with services.store.reading() as connection:
        rows = await hitl.find(connection, project_id=project.id, after=params.after, limit=params.rows_to_read)
        page, next_cursor = params.paginate(rows, lambda request: request.id)
        decided = await hitl_decisions.of_requests(connection, page)
    items = [ProjectDecision.of_request(request, decided[request.id]) for request in page if request.id in decided]
    return Page(items=items, next_cursor=next_cursor)
