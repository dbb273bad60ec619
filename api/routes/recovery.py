"""Restart or end projects and standalone tasks whose workflow cannot continue."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep, TaskDep
from api.errors import ConflictError
from api.openapi.documentation import describe_responses
from api.openapi.examples import TASK_ID
from api.openapi.examples.workflows import WORKFLOW_CHANGE
from api.recovery.restart import end, restart
from api.shapes.workflows import WorkflowChange
from models.tables import Task
from store.open_workflows import OpenWorkflow
from workflows.client import project_workflow_id, task_workflow_id

router = APIRouter()

PROBLEMS = (403, 404, 409, 422, 503)


def _example(requested: str, task_id: str | None = None) -> dict[str, object]:
    workflow_id = task_workflow_id(task_id) if task_id else WORKFLOW_CHANGE["workflow_id"]
    return WORKFLOW_CHANGE | {"requested": requested, "task_id": task_id, "workflow_id": workflow_id}


@router.post(
    "/projects/{project_id}/restart",
    status_code=202,
    tags=["projects"],
    summary="Restart a project's workflow from its records",
    responses=describe_responses(_example("restart"), *PROBLEMS, status=202),
)
async def restart_project(project: ProjectDep, services: ServicesDep, caller: CallerDep) -> WorkflowChange:
    """For a project whose workflow is missing from Temporal or cannot continue; 409 while it is running. Accepted
    artifacts stay accepted, open requests stay open, and a step that was running runs again."""
    return _change("restart", await restart(services, project_workflow_id(project.id), caller))


@router.post(
    "/projects/{project_id}/end",
    status_code=202,
    tags=["projects"],
    summary="End a project whose workflow cannot continue",
    responses=describe_responses(_example("end"), *PROBLEMS, status=202),
)
async def end_project(project: ProjectDep, services: ServicesDep, caller: CallerDep) -> WorkflowChange:
    """Records it as cancelled, with its open tasks and requests; 409 while its workflow is running: use `cancel`."""
    return _change("end", await end(services, project_workflow_id(project.id), caller))


@router.post(
    "/tasks/{task_id}/restart",
    status_code=202,
    tags=["tasks"],
    summary="Restart a task's workflow from its records",
    responses=describe_responses(_example("restart", TASK_ID), *PROBLEMS, status=202),
)
async def restart_task(task: TaskDep, services: ServicesDep, caller: CallerDep) -> WorkflowChange:
    """As for a project. A task of the pipeline is restarted with its project."""
    return _change("restart", await restart(services, _standalone_workflow_id(task), caller))


@router.post(
    "/tasks/{task_id}/end",
    status_code=202,
    tags=["tasks"],
    summary="End a task whose workflow cannot continue",
    responses=describe_responses(_example("end", TASK_ID), *PROBLEMS, status=202),
)
async def end_task(task: TaskDep, services: ServicesDep, caller: CallerDep) -> WorkflowChange:
    return _change("end", await end(services, _standalone_workflow_id(task), caller))


def _standalone_workflow_id(task: Task) -> str:
    if task.standalone_task_id is None:
        raise ConflictError("The task belongs to the project's pipeline: restart or end the project instead.")
    return task.workflow_id


def _change(requested: str, row: OpenWorkflow) -> WorkflowChange:
    return WorkflowChange(
        workflow_id=row.workflow_id, project_id=row.project_id, task_id=row.task_id, requested=requested
    )
