"""Start and show projects."""

from __future__ import annotations

from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from uuid_utils.compat import uuid7

from api.artifacts.source import read_source
from api.auth.caller import Caller
from api.auth.dependencies import CallerDep, require
from api.deps import ProjectDep, ServicesDep
from api.errors import InvalidError, UnavailableError
from api.hitl.request_view import request_views
from api.http.idempotency import IdempotencyKey, KeyTakenError, hash_body, key_reused_error
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples.projects import NEW_PROJECT, PROGRESS, WHOLE_PROJECT
from api.services import Services
from api.shapes.hitl import RequestItem
from api.shapes.lineage import ChildPublic
from api.shapes.projects import (
    ProjectCreate,
    ProjectItem,
    ProjectProgress,
    ProjectPublic,
    WorkingTask,
    parent_ids,
)
from api.shapes.retries import RetryPublic
from api.shapes.tasks import TaskPublic
from api.start.parent import read_parent
from api.start.settings import choose_settings
from api.temporal import START_SECONDS, WorkflowGoneError, temporal_call
from models.contracts.enums import HitlStatus, ProjectStatus
from models.contracts.identity import Permission
from models.contracts.pipeline import Pipeline
from models.contracts.project import ProjectInput
from models.tables import Project
from store import hitl, project_details, project_retry, project_start, projects, tasks, usage
from store.transaction import ProjectUnknownError
from telemetry.tracing import current_traceparent
from workflows.client import start_project

router = APIRouter(prefix="/projects", tags=["projects"], route_class=StrictRoute)
log = structlog.get_logger(__name__)


@router.post(
    "/",
    status_code=201,
    summary="Start a project",
    responses=describe_responses(NEW_PROJECT, 403, 409, 413, 415, 422, 503, status=201),
)
async def create_project(
    body: ProjectCreate,
    services: ServicesDep,
    caller: CallerDep,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> ProjectItem:
    """Commits the project as `starting`, which is the status in the response, and starts its workflow. If Temporal is
    unavailable, a worker starts it later. The same Idempotency-Key with the same body returns the same response."""
    project = None
    if body.parent is not None:
        await require(request, Permission.READ, body.parent.project_id)
        project = await _find_earlier(services, body, idempotency_key)  # its parent may be gone since
    if project is None:
        new = await _new_project(services, caller, body, idempotency_key)
        project = await _create(services, new, caller) or await _find_earlier(services, body, idempotency_key)
    assert project is not None  # the key is taken
    structlog.contextvars.bind_contextvars(project_id=str(project.id))
    response.headers["Location"] = f"/api/v1/projects/{project.id}"
    return ProjectItem.of(_as_created(project), done=0, parents=await _parent_name(services, project))


async def _new_project(
    services: Services, caller: Caller, body: ProjectCreate, idempotency_key: str | None
) -> project_start.NewProject:
    limit = services.settings.max_artifact_bytes
    parent = await read_parent(services, body.parent, with_source=body.source is None) if body.parent else None
    chosen = choose_settings(services, body, parent)
    source = await read_source(body.source, limit) if body.source else parent.source if parent else None
    return project_start.NewProject(
        id=uuid7(),
        name=body.name,
        brief=body.description,
        author=caller.name,
        pipeline=chosen.pipeline,
        oversight=chosen.oversight,
        crew=chosen.crew,
        model=chosen.model,
        source=source,
        budget=chosen.budget,
        owner=chosen.owner,
        tags=chosen.tags,
        parent=(parent.id, parent.kind) if parent else None,
        checkpoint_after=services.settings.checkpoint_after,
        idempotency_key=idempotency_key,
        request_hash=hash_body(body) if idempotency_key else None,
        traceparent=current_traceparent(),
    )


async def _create(services: Services, new: project_start.NewProject, caller: Caller) -> Project | None:
    """Create a project and start its workflow, if Temporal is available. Return None if the idempotency key is
    taken."""
    started_by = caller.name if caller.principal_id else None
    try:
        created = await project_start.create_at_once(services.store, new, caller.principal_id, started_by)
        if created is None:
            async with services.store.transaction(new.id, caller.principal_id) as tx:
                if (created := await project_start.create(tx, new, started_by)) is None:
                    raise KeyTakenError  # roll back: no row of the new id exists
    except KeyTakenError:
        return None
    except ProjectUnknownError:
        if new.parent is None:
            raise
        raise InvalidError("parent.project_id", f"there is no project {new.parent[0]}") from None  # removed meanwhile
    project, project_input = created
    await _start_workflow(services, project_input)
    return project


async def _start_workflow(services: Services, project_input: ProjectInput) -> None:
    try:
        async with temporal_call(START_SECONDS):
            await start_project(services.temporal, services.settings.task_queue, project_input)
    except (UnavailableError, WorkflowGoneError) as error:
        log.warning("project_start_postponed", project_id=str(project_input.project_id), reason=str(error))


async def _parent_name(services: Services, project: Project) -> dict[UUID, str]:
    if project.parent_id is None:
        return {}
    async with services.store.reading() as connection:
        return await project_details.names(connection, parent_ids([project]))


async def _find_earlier(services: Services, body: ProjectCreate, idempotency_key: str | None) -> Project | None:
    """Return the project that was created earlier with this key, or None."""
    if idempotency_key is None:
        return None
    async with services.store.reading() as connection:
        project = await projects.by_idempotency_key(connection, idempotency_key)
    if project is not None and project.request_hash != hash_body(body):
        raise key_reused_error()
    return project


def _as_created(project: Project) -> Project:
    """Return the project as it was when it was committed, so that a repeated request gets the same response."""
    return project.model_copy(
        update={
            "status": ProjectStatus.STARTING,
            "phase": None,
            "reason": None,
            "open_requests": 0,
            "updated_at": project.created_at,
            "ended_at": None,
        }
    )


@router.get("/{project_id}", summary="Show a project", responses=describe_responses(WHOLE_PROJECT, 404, 422, 503))
async def get_project(project: ProjectDep, services: ServicesDep, caller: CallerDep) -> ProjectPublic:
    async with services.store.reading() as connection:
        done = await projects.accepted_stages(connection, [project.id])
        oldest = await hitl.oldest_open(connection, [project.id] if project.open_requests else [])
        brief = await projects.brief(connection, project.id)
        spent = await usage.of_projects(connection, [project.id])
        working = await tasks.working(connection, [project.id])
        retries = await project_retry.of_project(connection, project.id)
        children = await project_details.children(connection, project.id)
        kept_by = await project_details.kept_by(connection, project.id) if project.kept_at else None
        parents = await project_details.names(connection, caller.visible(parent_ids([project])))
    seen = caller.visible(child.id for child in children)
    return ProjectPublic.of(
        project,
        done.get(project.id, 0),
        oldest.get(project.id),
        parents,
        spent=spent[project.id],
        working=[WorkingTask.model_validate(task) for task in working.get(project.id, ())],
        children=[ChildPublic.of(child) for child in children if child.id in seen],
        description=brief,
        pipeline_definition=Pipeline.model_validate(project.pipeline),
        head=project.last_seq,
        kept_by=kept_by,
        retries=[RetryPublic.of(each) for each in retries],
    )


@router.get(
    "/{project_id}/status",
    summary="Show a project's progress, tasks and open requests",
    responses=describe_responses(PROGRESS, 404, 422, 503),
)
async def get_project_status(project: ProjectDep, services: ServicesDep) -> ProjectProgress:
    async with services.store.reading() as connection:
        done = await projects.accepted_stages(connection, [project.id])
        outline = await tasks.outline(connection, project.id)
        open_requests = await hitl.find(connection, project_id=project.id, status=HitlStatus.PENDING)
        views = await request_views(connection, open_requests)
    item = ProjectItem.of(project, done.get(project.id, 0))
    return ProjectProgress(
        project_id=project.id,
        status=item.status,
        phase=item.phase,
        reason=item.reason,
        progress=item.progress,
        tasks=[TaskPublic.of(task) for task in outline],
        open_requests=[RequestItem.of(request, **view) for request, view in zip(open_requests, views, strict=True)],
    )
