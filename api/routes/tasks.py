"""Show tasks, and give an agent a standalone task outside the project's pipeline."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from api.auth.actions import add_control
from api.auth.caller import Caller
from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep, TaskDep, require_not_final
from api.errors import InvalidError, UnavailableError
from api.http.idempotency import IdempotencyKey, find_earlier_result, keyed_request
from api.http.pipeline_names import check_role
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples.task_detail import TASK_DETAIL
from api.openapi.examples.tasks import SUBMITTED_TASK
from api.openapi.examples.transcripts import TRANSCRIPT
from api.services import Services
from api.shapes.task_detail import TaskDetail
from api.shapes.tasks import TaskCreate, TaskSubmitted
from api.shapes.transcript import MAX_TURN, TranscriptPublic, positions_of, prompt_of
from api.temporal import START_SECONDS, WorkflowGoneError, temporal_call
from models.contracts.enums import ControlAction
from models.contracts.handoff import Handoff
from models.tables import Project, Task
from store import artifacts, tasks, transcripts
from store.idempotency import KeyedRequest, claim
from telemetry.tracing import current_traceparent
from workflows.client import start_handoff, task_workflow_id

router = APIRouter(tags=["tasks"], route_class=StrictRoute)
log = structlog.get_logger(__name__)

PHASE = "task"
"""The phase of a handoff outside the pipeline."""


@router.get(
    "/tasks/{task_id}",
    summary="Show a task, what its agent was given and what it wrote",
    responses=describe_responses(TASK_DETAIL, 404, 422, 503),
)
async def get_task(task: TaskDep, services: ServicesDep) -> TaskDetail:
    async with services.store.reading() as connection:
        return await read_task_detail(connection, task)


@router.get(
    "/tasks/{task_id}/transcript",
    summary="Show a task's conversation with a model",
    responses=describe_responses(TRANSCRIPT, 404, 422, 503),
)
async def get_transcript(
    task: TaskDep,
    services: ServicesDep,
    after: Annotated[int, Query(ge=0, le=MAX_TURN, description="The number of the turn after which to begin.")] = 0,
    limit: Annotated[
        int | None, Query(ge=1, le=200, description="How many turns to return, fewer if they are large. Null: all.")
    ] = None,
) -> TranscriptPublic:
    """The prompt, and each turn with its tool calls and their results, tokens, cost and time. The sums and `turn_count`
    are of the whole conversation."""
    async with services.store.reading() as connection:
        outline = await transcripts.outline(connection, task.id)
        positions, prompt = positions_of(outline, after, limit), prompt_of(outline)
        entries = await transcripts.of_task(connection, task.id, positions)
        if not after and prompt.start >= positions.stop:  # what answered an earlier one was discarded
            entries += await transcripts.of_task(connection, task.id, prompt)
    return TranscriptPublic.of(task.id, outline, entries, after)


async def read_task_detail(connection: AsyncConnection, task: Task) -> TaskDetail:
    """Return the task with its agent's instructions, input artifacts and output artifacts."""
    handoff = Handoff.model_validate(task.handoff)
    known = await artifacts.get_many(connection, handoff.context_ids, origin_id=task.id)
    usage = task.usage or await transcripts.usage_of(connection, task.id)
    return TaskDetail.from_handoff(task, handoff, known, usage)


@router.post(
    "/projects/{project_id}/tasks",
    status_code=201,
    summary="Give an agent a task",
    responses=describe_responses(SUBMITTED_TASK, 403, 404, 409, 413, 415, 422, 503, status=201),
)
async def create_task(
    project: ProjectDep,
    body: TaskCreate,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> TaskSubmitted:
    """Commits the task and starts its workflow. If Temporal is unavailable, a worker starts it later. The same
    Idempotency-Key with the same body returns the same response."""
    request = keyed_request("tasks", idempotency_key, body)
    task_id = await find_earlier_result(services, project.id, request)
    if task_id is None:
        task_id = await _submit_task(services, project, body, request, caller)
    response.headers["Location"] = f"/api/v1/tasks/{task_id}"
    return TaskSubmitted(task_id=task_id, workflow_id=task_workflow_id(task_id))


async def _submit_task(
    services: Services, project: Project, body: TaskCreate, request: KeyedRequest | None, caller: Caller
) -> UUID:
    """Return the id of the new task, or of the one that a concurrent request with the same key has submitted."""
    require_not_final(project)
    check_role(project, body.agent_type)
    async with services.store.reading() as connection:
        known = await artifacts.ids_of_project(connection, project.id, body.context_ids)
    if unknown := [str(artifact_id) for artifact_id in body.context_ids if artifact_id not in known]:
        raise InvalidError("context_ids", f"not artifacts of this project: {', '.join(unknown)}")
    task_id = uuid7()
    handoff = Handoff(
        to_agent=body.agent_type, phase=PHASE, context_ids=body.context_ids, instructions=body.instructions
    )
    async with services.store.transaction(project.id, caller.principal_id) as tx:
        if claimed := request is None or await claim(tx, request, task_id):
            await tasks.submit(tx, task_id, task_workflow_id(task_id), handoff, current_traceparent())
            add_control(tx, ControlAction.TASK, caller, task_id)
    if not claimed:
        earlier = await find_earlier_result(services, project.id, request)
        assert earlier is not None  # the request that took the key has committed
        return earlier
    async with services.store.reading() as connection:
        task = await tasks.get(connection, task_id)
        assert task is not None
        handoff_input = await tasks.input_of(connection, task)
    try:
        async with temporal_call(START_SECONDS):
            await start_handoff(services.temporal, services.settings.task_queue, handoff_input)
    except (UnavailableError, WorkflowGoneError) as error:
        log.warning("task_start_postponed", task_id=str(task_id), reason=str(error))
    return task_id
