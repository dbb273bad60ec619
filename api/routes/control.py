"""Pause, resume and cancel projects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import structlog
from fastapi import APIRouter
from temporalio.client import WorkflowHandle

from api.auth.actions import record_control
from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep, require_not_final
from api.errors import RECOVERY_HINT, ConflictError
from api.openapi.documentation import describe_responses
from api.openapi.examples.projects import PAUSING
from api.problem_codes import ProblemCode
from api.services import Services
from api.shapes.projects import StatusChange
from api.temporal import WorkflowGoneError, temporal_call
from models.contracts.enums import OPEN_TASK_STATUSES, ControlAction, ProjectStatus
from models.contracts.project import ProjectResult
from models.tables import Project
from store import projects, tasks
from store.database import DATABASE_ERRORS
from workflows.client import handoff_handle, project_handle
from workflows.from_records import start_unstarted
from workflows.project import ProjectWorkflow

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/projects/{project_id}", tags=["projects"])

POLL_SECONDS = 0.03
READ_SECONDS = 1.5
"""How long one read of the status may take."""

PROBLEMS = (403, 404, 409, 422, 503)


def _example(requested: str) -> dict[str, object]:
    return PAUSING | {"requested": requested}


@router.post(
    "/pause",
    status_code=202,
    summary="Pause a project",
    responses=describe_responses(_example("pause"), *PROBLEMS, status=202),
)
async def pause_project(project: ProjectDep, services: ServicesDep, caller: CallerDep) -> StatusChange:
    """No further step starts until it is resumed. Running steps finish, and open gates still accept responses."""
    if project.status == ProjectStatus.PAUSED:
        raise ConflictError("The project is already paused.")
    require_not_final(project)
    await record_control(services, project.id, ControlAction.PAUSE, caller)
    async with _workflow_handle(services, project) as handle:
        await handle.signal(ProjectWorkflow.pause)
    status = await _wait_for_status(services, project, lambda status: status is ProjectStatus.PAUSED)
    return StatusChange(project_id=project.id, requested="pause", status=status)


@router.post(
    "/resume",
    status_code=202,
    summary="Resume a project",
    responses=describe_responses(_example("resume"), *PROBLEMS, status=202),
)
async def resume_project(project: ProjectDep, services: ServicesDep, caller: CallerDep) -> StatusChange:
    if project.status != ProjectStatus.PAUSED:
        raise ConflictError(f"The project is {project.status}, not paused.")
    await record_control(services, project.id, ControlAction.RESUME, caller)
    async with _workflow_handle(services, project) as handle:
        await handle.signal(ProjectWorkflow.resume)
    status = await _wait_for_status(services, project, lambda status: status is not ProjectStatus.PAUSED)
    return StatusChange(project_id=project.id, requested="resume", status=status)


@router.post(
    "/cancel",
    status_code=202,
    summary="Cancel a project",
    responses=describe_responses(_example("cancel"), *PROBLEMS, status=202),
)
async def cancel_project(project: ProjectDep, services: ServicesDep, caller: CallerDep) -> StatusChange:
    """Ends the project, with every open task and request, and cannot be undone."""
    require_not_final(project)
    await record_control(services, project.id, ControlAction.CANCEL, caller)
    async with services.store.reading() as connection:
        project_tasks = await tasks.of_project(connection, project.id)
    for task in project_tasks:
        if task.status in OPEN_TASK_STATUSES and task.standalone_task_id:
            await _cancel_handoff(services, task.workflow_id)
    # The project comes last: after a failure halfway, the same request cancels what is left.
    async with _workflow_handle(services, project) as handle:
        await handle.cancel()
    return StatusChange(project_id=project.id, requested="cancel", status=ProjectStatus(project.status))


async def _wait_for_status(
    services: Services, project: Project, is_expected: Callable[[ProjectStatus], bool]
) -> ProjectStatus:
    """Return the status after the workflow has recorded the change, so that the next request sees it; wait as long as
    for a response."""
    deadline = asyncio.get_running_loop().time() + services.settings.respond_wait_seconds
    while True:
        try:
            async with services.store.reading(READ_SECONDS) as connection:
                current = await projects.get(connection, project.id)
        except DATABASE_ERRORS as error:  # the signal is durable, whatever fails here
            log.warning("status_not_read", project_id=str(project.id), reason=str(error))
            return ProjectStatus(project.status)
        status = ProjectStatus(current.status if current else project.status)
        if is_expected(status) or asyncio.get_running_loop().time() > deadline:
            return status
        await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def _workflow_handle(
    services: Services, project: Project
) -> AsyncIterator[WorkflowHandle[ProjectWorkflow, ProjectResult]]:
    """Yield the handle of the project's workflow, which is started first if it has not been yet."""
    try:
        if project.status == ProjectStatus.STARTING:
            async with temporal_call():
                await start_unstarted(services.store, services.temporal, services.settings.task_queue, project.id)
        async with temporal_call():
            yield project_handle(services.temporal, project.id)
    except WorkflowGoneError:
        detail = f"The project's workflow is not running. {RECOVERY_HINT}"
        raise ConflictError(detail, code=ProblemCode.WORKFLOW_GONE) from None


async def _cancel_handoff(services: Services, workflow_id: str) -> None:
    with suppress(WorkflowGoneError):
        async with temporal_call():
            await handoff_handle(services.temporal, workflow_id).cancel()
