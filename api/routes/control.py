"""Projects held, continued and called off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import psycopg
import structlog
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import WorkflowHandle

from api import examples
from api.deps import ProjectDep, ServicesDep
from api.documentation import answers
from api.errors import WHAT_TO_DO, ConflictError
from api.services import Services
from api.shapes.projects import StatusChange
from api.temporal import WorkflowGoneError, reaching
from models.contracts.enums import OPEN_TASK_STATUSES, ProjectStatus
from models.contracts.project import ProjectResult
from models.tables import Project
from store import projects, tasks
from workflows.client import handoff_handle, project_handle, start_project
from workflows.project import ProjectWorkflow

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/projects/{project_id}", tags=["projects"])

LOOK_SECONDS = 0.03
WRITTEN_SECONDS = 1.5
"""How long a look waits for the database."""

PROBLEMS = (403, 404, 409, 422, 503)


def _asked(word: str) -> dict[str, object]:
    return examples.PAUSING | {"requested": word}


@router.post(
    "/pause", status_code=202, summary="Pause a project", responses=answers(_asked("pause"), *PROBLEMS, status=202)
)
async def pause_project(project: ProjectDep, services: ServicesDep) -> StatusChange:
    """No further step starts until it is resumed; steps under way end, and open gates still take responses."""
    if project.status == ProjectStatus.PAUSED:
        raise ConflictError("The project is paused already.")
    _require_unsettled(project)
    async with _workflow(services, project) as handle:
        await handle.signal(ProjectWorkflow.pause)
    status = await _written(services, project, lambda status: status is ProjectStatus.PAUSED)
    return StatusChange(project_id=project.id, requested="pause", status=status)


@router.post(
    "/resume", status_code=202, summary="Resume a project", responses=answers(_asked("resume"), *PROBLEMS, status=202)
)
async def resume_project(project: ProjectDep, services: ServicesDep) -> StatusChange:
    if project.status != ProjectStatus.PAUSED:
        raise ConflictError(f"The project is {project.status}, not paused.")
    async with _workflow(services, project) as handle:
        await handle.signal(ProjectWorkflow.resume)
    status = await _written(services, project, lambda status: status is not ProjectStatus.PAUSED)
    return StatusChange(project_id=project.id, requested="resume", status=status)


@router.post(
    "/cancel", status_code=202, summary="Cancel a project", responses=answers(_asked("cancel"), *PROBLEMS, status=202)
)
async def cancel_project(project: ProjectDep, services: ServicesDep) -> StatusChange:
    """Ends the project for good, with every open task and request of it."""
    _require_unsettled(project)
    async with services.store.reading() as connection:
        alone = [one for one in await tasks.of_project(connection, project.id) if one.standalone_task_id]
    for task in alone:
        if task.status in OPEN_TASK_STATUSES:
            await _cancel(services, task.workflow_id)
    # The project comes last: what was left undone when a server went away is done when this is asked again.
    async with _workflow(services, project) as handle:
        await handle.cancel()
    return StatusChange(project_id=project.id, requested="cancel", status=ProjectStatus(project.status))


async def _written(services: Services, project: Project, changed: Callable[[ProjectStatus], bool]) -> ProjectStatus:
    """The status once the workflow has written the change, so that the next call is judged by it; waits no longer than
    a response does."""
    deadline = asyncio.get_running_loop().time() + services.settings.respond_wait_seconds
    while True:
        try:
            async with services.store.reading(WRITTEN_SECONDS) as connection:
                now = await projects.get(connection, project.id)
        except (SQLAlchemyError, psycopg.Error) as error:  # what was asked for is safe by now, whatever is away
            log.warning("status_not_read", project_id=str(project.id), reason=str(error))
            return ProjectStatus(project.status)
        status = ProjectStatus(now.status if now else project.status)
        if changed(status) or asyncio.get_running_loop().time() > deadline:
            return status
        await asyncio.sleep(LOOK_SECONDS)


def _require_unsettled(project: Project) -> None:
    if ProjectStatus(project.status).is_final:
        raise ConflictError(f"The project is {project.status}.")


@asynccontextmanager
async def _workflow(
    services: Services, project: Project
) -> AsyncIterator[WorkflowHandle[ProjectWorkflow, ProjectResult]]:
    """The project's workflow, started first where nothing has started it yet."""
    try:
        if project.status == ProjectStatus.STARTING:
            async with services.store.reading() as connection:
                given = await projects.input_of(connection, project)
            async with reaching():
                await start_project(services.temporal, services.settings.task_queue, given)
        async with reaching():
            yield project_handle(services.temporal, project.id)
    except WorkflowGoneError:
        raise ConflictError(f"The project's workflow is not running. {WHAT_TO_DO}") from None


async def _cancel(services: Services, workflow_id: str) -> None:
    with suppress(WorkflowGoneError):
        async with reaching():
            await handoff_handle(services.temporal, workflow_id).cancel()
