"""Tasks: shown with what their agents were told, and given by a person, outside the project's pipeline."""

from __future__ import annotations

from uuid import UUID

import structlog
from fastapi import APIRouter, Response
from uuid_utils.compat import uuid7

from api import briefing, examples
from api.deps import ProjectDep, ServicesDep, TaskDep
from api.documentation import answers
from api.errors import ConflictError, InvalidError, UnavailableError
from api.idempotency import IdempotencyKey, made_before, request_of
from api.services import Services
from api.shapes.task_detail import TaskDetail
from api.shapes.tasks import TaskCreate, TaskSubmitted
from api.strict_route import StrictRoute
from api.temporal import START_SECONDS, WorkflowGoneError, reaching
from models.contracts.enums import ProjectStatus
from models.contracts.handoff import Handoff
from models.tables import Project
from store import artifacts, tasks
from store.idempotency import Request, claim
from workflows.client import start_handoff, task_workflow_id

router = APIRouter(tags=["tasks"], route_class=StrictRoute)
log = structlog.get_logger(__name__)

PHASE = "task"
"""The phase of a handoff that belongs to no stage."""


@router.get(
    "/tasks/{task_id}",
    summary="Show a task, what its agent was given and what it wrote",
    responses=answers(examples.TASK_DETAIL, 404, 422, 503),
)
async def get_task(task: TaskDep, services: ServicesDep) -> TaskDetail:
    async with services.store.reading() as connection:
        return await briefing.detail_of(connection, task)


@router.post(
    "/projects/{project_id}/tasks",
    status_code=201,
    summary="Give an agent a task",
    responses=answers(examples.SUBMITTED_TASK, 403, 404, 409, 413, 415, 422, 503, status=201),
)
async def create_task(
    project: ProjectDep,
    given: TaskCreate,
    services: ServicesDep,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> TaskSubmitted:
    """Commits the task and has it started; should Temporal be unavailable, a worker starts it later. The same
    Idempotency-Key with the same body gets the same answer."""
    request = request_of("tasks", idempotency_key, given)
    task_id = await made_before(services, project.id, request)
    if task_id is None:
        task_id = await _submitted(services, project, given, request)
    response.headers["Location"] = f"/api/v1/tasks/{task_id}"
    return TaskSubmitted(task_id=task_id, workflow_id=task_workflow_id(task_id))


async def _submitted(services: Services, project: Project, given: TaskCreate, request: Request | None) -> UUID:
    """The new task, or the one that a twin of the call has submitted meanwhile."""
    if ProjectStatus(project.status).is_final:
        raise ConflictError(f"The project is {project.status}.")
    async with services.store.reading() as connection:
        known = await artifacts.ids_of_project(connection, project.id, given.context_ids)
    if unknown := [str(one) for one in given.context_ids if one not in known]:
        raise InvalidError("context_ids", f"not artifacts of this project: {', '.join(unknown)}")
    task_id = uuid7()
    handoff = Handoff(
        to_agent=given.agent_type, phase=PHASE, context_ids=given.context_ids, instructions=given.instructions
    )
    async with services.store.transaction(project.id) as tx:
        if ours := request is None or await claim(tx, request, task_id):
            await tasks.submit(tx, task_id, task_workflow_id(task_id), handoff)
    if not ours:
        twin = await made_before(services, project.id, request)
        assert twin is not None  # its key was taken by what is committed
        return twin
    async with services.store.reading() as connection:
        task = await tasks.get(connection, task_id)
        assert task is not None
        start = await tasks.input_of(connection, task)
    try:
        async with reaching(START_SECONDS):
            await start_handoff(services.temporal, services.settings.task_queue, start)
    except (UnavailableError, WorkflowGoneError) as error:
        log.warning("task_not_started_yet", task_id=str(task_id), reason=str(error))
    return task_id
