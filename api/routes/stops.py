"""Stop everything, a project, a role or one step, and release it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, BackgroundTasks, Path, Query, Request, Response

from api.auth.dependencies import CallerDep, require
from api.deps import ServicesDep, require_not_final
from api.errors import ConflictError, InvalidError, NotFoundError
from api.http.pagination import PageParamsDep
from api.http.pipeline_names import check_role
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses, example_response
from api.openapi.examples import page_of
from api.openapi.examples.stops import RELEASED_STOP, STOP
from api.services import Services
from api.shapes.shape import Page
from api.shapes.stops import ReleaseCreate, StopCreate, StopPublic
from api.wake import wake_waiting_steps
from config.postgres import explain
from models.contracts.enums import STARTABLE_TASK_STATUSES
from models.contracts.identity import Permission
from models.contracts.roles import BUILT_IN_ROLES
from models.contracts.stops import StopTarget
from models.tables import Stop
from store import projects, stop_log, stops, tasks
from store.database import DATABASE_ERRORS

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/stops", tags=["stops"], route_class=StrictRoute)

StopId = Annotated[UUID, Path()]

HELD_ALREADY = "The same target is stopped already: that stop."


@router.post(
    "/",
    status_code=201,
    summary="Stop everything, a project, a role or one step",
    responses=describe_responses(STOP, 403, 404, 409, 413, 415, 422, 503, status=201)
    | {200: {"model": StopPublic, "description": HELD_ALREADY, **example_response(STOP)}},
)
async def create_stop(
    body: StopCreate,
    services: ServicesDep,
    caller: CallerDep,
    request: Request,
    response: Response,
    background: BackgroundTasks,
) -> StopPublic:
    """Within 5 s, calls of models and runs in the sandbox are cancelled, and what they may have cost is booked. Until
    the stop is released, no step starts, no gate expires, and responses are still recorded. It needs only PostgreSQL.

    A stopped step continues after the release where it was. A stop of one step opens its gate instead, which decides
    whether it continues, and is thereby released."""
    target, by = await _target(request, services, body), caller.named(body.by)
    async with services.store.database.writing() as connection:
        stop, is_new = await stops.create(connection, target, body.reason, by, caller.principal_id)
    log.warning("stopped", stop_id=str(stop.id), scope=target.scope, is_new=is_new, by=by)
    response.headers["Location"] = f"/api/v1/stops/{stop.id}"
    if is_new:
        background.add_task(_announce, services, stop)
    else:
        response.status_code = 200
    return StopPublic.of(stop)


@router.get("/", summary="List stops, newest first", responses=describe_responses(page_of(STOP), 422, 503))
async def list_stops(
    services: ServicesDep,
    caller: CallerDep,
    params: PageParamsDep,
    held: Annotated[bool | None, Query(description="Only those that hold (true), or were released (false).")] = None,
    project_id: Annotated[UUID | None, Query(description="Only those that affect this project.")] = None,
) -> Page[StopPublic]:
    async with services.store.reading() as connection:
        rows = await stops.find(
            connection,
            held=held,
            project_id=project_id,
            within=caller.visible_projects,
            before=params.after,
            limit=params.rows_to_read,
        )
    page, next_cursor = params.paginate(rows, lambda stop: stop.id)
    return Page(items=[StopPublic.of(stop) for stop in page], next_cursor=next_cursor)


@router.get("/{stop_id}", summary="Show a stop", responses=describe_responses(STOP, 404, 422, 503))
async def get_stop(stop_id: StopId, request: Request, services: ServicesDep) -> StopPublic:
    """A stop of a project is visible to those who see the project, one of all projects to everybody."""
    stop = await _get(services, stop_id)
    if stop.project_id is not None:
        await require(request, Permission.READ, stop.project_id, "stop", stop_id)
    return StopPublic.of(stop)


@router.post(
    "/{stop_id}/release",
    summary="Release a stop",
    responses=describe_responses(RELEASED_STOP, 403, 404, 409, 413, 415, 422, 503),
)
async def release_stop(
    stop_id: StopId,
    body: ReleaseCreate,
    services: ServicesDep,
    caller: CallerDep,
    request: Request,
    background: BackgroundTasks,
) -> StopPublic:
    """Stopped steps continue within 30 s, unless another stop holds them, too, and deadlines with the time that was
    left."""
    held = await _get(services, stop_id)
    await require(request, Permission.RUN, held.project_id, "stop", stop_id)
    by = caller.named(body.by)
    async with services.store.database.writing() as connection:
        stop = await stops.release(connection, stop_id, body.reason, by, caller.principal_id)
    if stop is None:
        released = await _get(services, stop_id)
        raise ConflictError(f"The stop was released by {released.released_by}: {released.release_reason}")
    log.warning("stop_released", stop_id=str(stop.id), by=by)
    background.add_task(_announce, services, stop)
    return StopPublic.of(stop)


async def _get(services: Services, stop_id: UUID) -> Stop:
    async with services.store.reading() as connection:
        stop = await stops.get(connection, stop_id)
    if stop is None:
        raise NotFoundError.of("stop", stop_id)
    return stop


async def _target(request: Request, services: Services, body: StopCreate) -> StopTarget:
    """Return what to stop.

    Raises:
        NotFoundError: the project or the task does not exist, or the caller may not see it.
        ForbiddenError: the caller may not stop it.
        ConflictError: the project has ended, or the task's step has.
        InvalidError: nothing has the role.
    """
    target = body.target
    if target.task_id is None:
        await require(request, Permission.RUN, target.project_id)
    async with services.store.reading() as connection:
        if target.task_id is not None:
            task = await tasks.get(connection, target.task_id)
            if task is None:
                raise NotFoundError.of("task", target.task_id)
            await require(request, Permission.RUN, task.project_id, "task", task.id)
            if target.project_id not in (None, task.project_id):
                raise InvalidError("project_id", "is not the project of this task")
            if task.status not in STARTABLE_TASK_STATUSES:
                raise ConflictError(f"The task is {task.status}: it has no step that could be stopped.")
            return target.model_copy(update={"project_id": task.project_id})
        project = await projects.get(connection, target.project_id) if target.project_id else None
        role = target.role
        known = role is None or role in BUILT_IN_ROLES or await stop_log.has_role(connection, role)
    if target.project_id is not None:
        if project is None:
            raise NotFoundError.of("project", target.project_id)
        require_not_final(project)
        if target.role is not None:
            check_role(project, target.role, "role")
    if not known:  # perhaps a typing mistake: a person must not believe that something is stopped
        raise InvalidError("role", "is neither a built-in role nor one of an open project")
    return target


async def _announce(services: Services, stop: Stop) -> None:
    """Record the events of a stop, which holds already, and let a step that was stopped by itself open its gate, if it
    waits for a retry. What fails here is left to the worker's sweeper."""
    try:
        await stop_log.announce(services.store, stop)
    except DATABASE_ERRORS as error:
        log.warning("stop_not_announced", stop_id=str(stop.id), reason=explain(error))
        return
    if stop.task_id is None or stop.released_at is not None:
        return
    async with services.store.reading() as connection:
        task = await tasks.get(connection, stop.task_id)
    if task is not None:
        await wake_waiting_steps(services.temporal, task.workflow_id)
