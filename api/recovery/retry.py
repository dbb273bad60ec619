"""Retry a project that has ended without a delivery, from one of its stages."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.caller import Caller
from api.errors import ConflictError, InvalidError, NotFoundError, UnavailableError
from api.http.idempotency import KeyTakenError, find_earlier_result
from api.services import Services
from api.shapes.retries import RetryCreate
from api.temporal import WorkflowGoneError, temporal_call
from models.contracts.enums import HALTED_PROJECT_STATUSES, ProjectStatus
from models.contracts.pipeline import Pipeline
from models.tables import Project
from store import idempotency, open_workflows, project_retry, projects, workflow_records
from store.idempotency import KeyedRequest
from store.project_retry import Retry
from workflows.from_records import start_unstarted
from workflows.rebuild_state import rebuild_project_state
from workflows.rework import default_retry_stage, retry_stages

log = structlog.get_logger(__name__)

START_SECONDS = 5.0
"""How long a request waits for the start. Afterwards a worker starts what the request has committed."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The stages from which a project can be retried, and the one where it ended."""

    stages: tuple[str, ...]
    default: str


async def read_choices(services: Services, project: Project) -> Choices:
    """Return the stages from which a project can be retried.

    Raises:
        ConflictError: the project has not ended, or has completed.
    """
    if project.status == ProjectStatus.COMPLETED:
        raise ConflictError("The project is completed. Follow it up with a new project that begins from its delivery.")
    if project.status not in HALTED_PROJECT_STATUSES:
        raise ConflictError(
            f"The project is {project.status}: only one that was rejected, failed or cancelled can be retried."
        )
    pipeline = Pipeline.model_validate(project.pipeline)
    async with services.store.reading() as connection:
        records = await workflow_records.load(connection, open_workflows.of_project(project))
    states = rebuild_project_state(pipeline, records).stages
    return Choices(retry_stages(pipeline, states), default_retry_stage(pipeline, states))


async def retry(
    services: Services, project: Project, body: RetryCreate, request: KeyedRequest | None, caller: Caller
) -> Retry:
    """Commit that a project is retried, and start its workflow; if Temporal is unavailable, a worker starts it later.
    Return the retry, or the earlier one of the same request.

    Raises:
        ConflictError: the project cannot be retried, or not from this stage, or another caller was first.
        NotFoundError: another caller has removed it.
        InvalidError: it has no such stage.
    """
    if (earlier := await find_earlier_result(services, project.id, request)) is not None:
        return await _get(services, project.id, earlier)
    pipeline = Pipeline.model_validate(project.pipeline)
    names = [stage.name for stage in pipeline.stages]
    if body.from_stage is not None and body.from_stage not in names:
        raise InvalidError("from_stage", f"is not a stage of this project; its stages are {', '.join(names)}")
    choices = await read_choices(services, project)
    target = body.from_stage or choices.default
    if target not in choices.stages:
        raise ConflictError(
            f"The project cannot be retried from {target}: what it consumes is not accepted. "
            f"It can be retried from {', '.join(choices.stages)}."
        )
    number = project.generation + 1
    made_id = project_retry.retry_id(project.id, number)
    try:
        async with services.store.transaction(project.id, caller.principal_id) as tx:
            if request is not None and not await idempotency.claim(tx, request, made_id):
                raise KeyTakenError
            stages = (target, *pipeline.descendants(target))
            if not await project_retry.claim(tx, project.generation, stages, body.comment, caller.named(body.by)):
                if await projects.get(tx.connection, project.id) is None:
                    raise NotFoundError.of("project", project.id)
                raise ConflictError("Another retry of it is in progress.")
    except KeyTakenError:
        earlier = await find_earlier_result(services, project.id, request)
        assert earlier is not None  # the request that took the key has committed
        return await _get(services, project.id, earlier)
    log.warning("project_retried", project_id=str(project.id), from_stage=target, generation=number)
    await _start(services, project.id)
    return await _get(services, project.id, made_id)


async def _start(services: Services, project_id: UUID) -> None:
    try:
        async with temporal_call(START_SECONDS):
            await start_unstarted(services.store, services.temporal, services.settings.task_queue, project_id)
    except (UnavailableError, WorkflowGoneError) as error:
        log.warning("project_start_postponed", project_id=str(project_id), reason=str(error))


async def _get(services: Services, project_id: UUID, made_id: UUID) -> Retry:
    async with services.store.reading() as connection:
        return await _find(connection, project_id, made_id)


async def _find(connection: AsyncConnection, project_id: UUID, made_id: UUID) -> Retry:
    retries = await project_retry.of_project(connection, project_id)
    return next(one for one in retries if project_retry.retry_id(project_id, one.number) == made_id)
