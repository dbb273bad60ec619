"""The workflow behind a project, for whoever wants to look into Temporal."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter

from api import examples
from api.deps import ProjectDep, ServicesDep
from api.documentation import answers
from api.errors import NotFoundError
from api.pagination import WindowDep
from api.shapes.projects import WorkflowPublic
from api.shapes.shape import Page
from api.shapes.workflows import WorkflowProblemItem
from api.temporal import WorkflowGoneError, reaching
from store import open_workflows
from workflows.client import project_handle

router = APIRouter(prefix="/workflows", tags=["workflows"])


@router.get(
    "/problems",
    summary="List open projects and tasks whose workflow does not go on",
    responses=answers(examples.page(examples.WORKFLOW_PROBLEM), 422, 503),
)
async def list_workflow_problems(services: ServicesDep, window: WindowDep) -> Page[WorkflowProblemItem]:
    """As the workers found them: they look when they start, and then every dozen sweeps."""
    async with services.store.reading() as connection:
        rows = await open_workflows.with_problems(connection, after=window.after, limit=window.probe)
    shown, next_cursor = window.cut(rows, lambda row: row.id)
    return Page(items=[WorkflowProblemItem.of(one) for one in shown], next_cursor=next_cursor)


@router.get(
    "/{project_id}",
    summary="Show the workflow behind a project",
    responses=answers(examples.WORKFLOW, 404, 422, 503),
)
async def get_workflow(project: ProjectDep, services: ServicesDep) -> WorkflowPublic:
    try:
        async with reaching():
            found = await project_handle(services.temporal, project.id).describe()
    except WorkflowGoneError:
        raise NotFoundError("Temporal has no workflow of this project: not yet, or no longer.") from None
    ui = services.settings.temporal_ui_url
    path = f"namespaces/{quote(found.namespace, safe='')}/workflows/{quote(found.id, safe='')}"
    return WorkflowPublic(
        project_id=project.id,
        workflow_id=found.id,
        run_id=found.run_id,
        status=found.status.name.lower() if found.status else "unknown",
        history_length=found.history_length,
        started_at=found.start_time,
        closed_at=found.close_time,
        url=f"{ui.rstrip('/')}/{path}" if ui else None,
    )
