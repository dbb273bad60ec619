"""Show the Temporal workflow of a project, and list the workflows with problems."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter

from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep
from api.errors import NotFoundError
from api.http.pagination import PageParamsDep
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.workflows import WORKFLOW, WORKFLOW_PROBLEM
from api.shapes.shape import Page
from api.shapes.workflows import WorkflowProblemItem, WorkflowPublic
from api.temporal import WorkflowGoneError, temporal_call
from store import open_workflows
from workflows.client import project_handle

router = APIRouter(prefix="/workflows", tags=["workflows"])


@router.get(
    "/problems",
    summary="List open projects and tasks whose workflow cannot continue",
    responses=describe_responses(page_of(WORKFLOW_PROBLEM), 422, 503),
)
async def list_workflow_problems(
    services: ServicesDep, caller: CallerDep, params: PageParamsDep
) -> Page[WorkflowProblemItem]:
    """The problems that the workers have found. A worker checks at its start and after every 12 sweeps."""
    async with services.store.reading() as connection:
        rows = await open_workflows.with_problems(
            connection, within=caller.visible_projects, after=params.after, limit=params.rows_to_read
        )
    page, next_cursor = params.paginate(rows, lambda row: row.id)
    return Page(items=[WorkflowProblemItem.of(row) for row in page], next_cursor=next_cursor)


@router.get(
    "/{project_id}",
    summary="Show the workflow of a project",
    responses=describe_responses(WORKFLOW, 404, 422, 503),
)
async def get_workflow(project: ProjectDep, services: ServicesDep) -> WorkflowPublic:
    try:
        async with temporal_call():
            description = await project_handle(services.temporal, project.id).describe()
    except WorkflowGoneError:
        raise NotFoundError(
            "Temporal has no workflow for this project: it has not started yet, or was deleted."
        ) from None
    ui = services.settings.temporal_ui_url
    path = f"namespaces/{quote(description.namespace, safe='')}/workflows/{quote(description.id, safe='')}"
    return WorkflowPublic(
        project_id=project.id,
        workflow_id=description.id,
        run_id=description.run_id,
        status=description.status.name.lower() if description.status else "unknown",
        history_length=description.history_length,
        started_at=description.start_time,
        closed_at=description.close_time,
        url=f"{ui.rstrip('/')}/{path}" if ui else None,
    )
