"""Projects, and tasks of their own, whose workflow does not go on: started again from their records, or ended."""

from __future__ import annotations

from fastapi import APIRouter

from api import examples, restarting
from api.deps import ProjectDep, ServicesDep, TaskDep
from api.documentation import answers
from api.errors import ConflictError
from api.shapes.workflows import WorkflowChange
from models.tables import Task
from store.open_workflows import OpenWorkflow
from workflows.client import project_workflow_id

router = APIRouter()

PROBLEMS = (403, 404, 409, 422, 503)


def _changed(word: str, task_id: str | None = None) -> dict[str, object]:
    workflow_id = f"task-{task_id}" if task_id else examples.WORKFLOW_CHANGE["workflow_id"]
    return examples.WORKFLOW_CHANGE | {"requested": word, "task_id": task_id, "workflow_id": workflow_id}


@router.post(
    "/projects/{project_id}/restart",
    status_code=202,
    tags=["projects"],
    summary="Start a project's workflow again from its records",
    responses=answers(_changed("restart"), *PROBLEMS, status=202),
)
async def restart_project(project: ProjectDep, services: ServicesDep) -> WorkflowChange:
    """For a project whose workflow is gone from Temporal, or does not go on; 409 while it runs. What was accepted stays
    accepted, an open request stays open, and a step that was under way runs again."""
    return _answer("restart", await restarting.restart(services, project_workflow_id(project.id)))


@router.post(
    "/projects/{project_id}/end",
    status_code=202,
    tags=["projects"],
    summary="End a project whose workflow does not go on",
    responses=answers(_changed("end"), *PROBLEMS, status=202),
)
async def end_project(project: ProjectDep, services: ServicesDep) -> WorkflowChange:
    """Writes it as cancelled, with its open tasks and requests; 409 while its workflow runs, which `cancel` ends."""
    return _answer("end", await restarting.end(services, project_workflow_id(project.id)))


@router.post(
    "/tasks/{task_id}/restart",
    status_code=202,
    tags=["tasks"],
    summary="Start the workflow of a task again from its records",
    responses=answers(_changed("restart", examples.TASK_ID), *PROBLEMS, status=202),
)
async def restart_task(task: TaskDep, services: ServicesDep) -> WorkflowChange:
    """As for a project; a task of the pipeline is started again with its project."""
    return _answer("restart", await restarting.restart(services, _own_workflow(task)))


@router.post(
    "/tasks/{task_id}/end",
    status_code=202,
    tags=["tasks"],
    summary="End a task whose workflow does not go on",
    responses=answers(_changed("end", examples.TASK_ID), *PROBLEMS, status=202),
)
async def end_task(task: TaskDep, services: ServicesDep) -> WorkflowChange:
    return _answer("end", await restarting.end(services, _own_workflow(task)))


def _own_workflow(task: Task) -> str:
    if task.workflow_id == project_workflow_id(task.project_id):
        raise ConflictError("The task is one of the project's pipeline: this is asked of the project.")
    return task.workflow_id


def _answer(requested: str, row: OpenWorkflow) -> WorkflowChange:
    return WorkflowChange(
        workflow_id=row.workflow_id, project_id=row.project_id, task_id=row.task_id, requested=requested
    )
