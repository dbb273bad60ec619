"""Projects: started, listed, shown, paused, resumed, cancelled."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Response
from uuid_utils.compat import uuid7

from api import examples
from api.deps import ProjectDep, ServicesDep
from api.documentation import answers
from api.errors import InvalidError, TooLargeError, UnavailableError
from api.idempotency import IdempotencyKey, hash_of, used_already
from api.pagination import WindowDep
from api.services import Services
from api.shapes.hitl import RequestItem
from api.shapes.projects import (
    ProjectCreate,
    ProjectItem,
    ProjectProgress,
    ProjectPublic,
)
from api.shapes.shape import Page
from api.shapes.tasks import TaskPublic
from api.strict_route import StrictRoute
from api.temporal import START_SECONDS, WorkflowGoneError, reaching
from models.contracts.contract import Text
from models.contracts.enums import HitlStatus, ProjectStatus
from models.contracts.pipeline import Pipeline
from models.contracts.project import ProjectInput
from models.tables import Project
from store import hitl, projects, tasks
from workflows.client import start_project

router = APIRouter(prefix="/projects", tags=["projects"], route_class=StrictRoute)
log = structlog.get_logger(__name__)


@router.post(
    "/",
    status_code=201,
    summary="Start a project",
    responses=answers(examples.NEW_PROJECT, 403, 413, 415, 422, 503, status=201),
)
async def create_project(
    given: ProjectCreate, services: ServicesDep, response: Response, idempotency_key: IdempotencyKey = None
) -> ProjectItem:
    """Commits the project as `starting`, which is the status in the answer, and has it started right away; should
    Temporal be away, a worker starts it later. The same Idempotency-Key with the same body gives the same answer."""
    pipeline = services.pipelines.get(given.pipeline)
    if pipeline is None:
        for one in services.pipelines.left_out:
            if one.name == given.pipeline:
                raise InvalidError("pipeline", f"its file, {one.file}, is left out: {'; '.join(one.problems)}")
        known = ", ".join(sorted(services.pipelines))
        raise InvalidError("pipeline", f"there is no pipeline of that name; there are {known}")
    if len(given.description.encode()) > services.settings.max_brief_bytes:
        raise TooLargeError(f"The brief is larger than {services.settings.max_brief_bytes} bytes.")
    new = projects.NewProject(
        id=uuid7(),
        name=given.name,
        brief=given.description,
        pipeline=pipeline,
        oversight=given.oversight,
        idempotency_key=idempotency_key,
        request_hash=hash_of(given) if idempotency_key else None,
    )
    project = await _created(services, new) or await _repeated(services, new)
    structlog.contextvars.bind_contextvars(project_id=str(project.id))
    response.headers["Location"] = f"/api/v1/projects/{project.id}"
    return ProjectItem.of(_as_started(project), done=0)


class _KeyTakenError(Exception):
    """Another project was started under the idempotency key."""


async def _created(services: Services, new: projects.NewProject) -> Project | None:
    """The new project, with its workflow started if Temporal is there; None where its idempotency key is taken."""
    try:
        async with services.store.transaction(new.id) as tx:
            if (created := await projects.create(tx, new)) is None:
                raise _KeyTakenError  # with nothing to commit: there is no project of the new id
    except _KeyTakenError:
        return None
    project, given = created
    await _start(services, given)
    return project


async def _start(services: Services, given: ProjectInput) -> None:
    try:
        async with reaching(START_SECONDS):
            await start_project(services.temporal, services.settings.task_queue, given)
    except (UnavailableError, WorkflowGoneError) as error:
        log.warning("project_not_started_yet", project_id=str(given.project_id), reason=str(error))


async def _repeated(services: Services, new: projects.NewProject) -> Project:
    """The project that was started with this key before."""
    assert new.idempotency_key is not None
    async with services.store.reading() as connection:
        project = await projects.by_idempotency_key(connection, new.idempotency_key)
    assert project is not None
    if project.request_hash != new.request_hash:
        raise used_already()
    return project


def _as_started(project: Project) -> Project:
    """The project as it was when it was committed: a repeated call gives the same answer, whatever came since."""
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


@router.get("/", summary="List projects, newest first", responses=answers(examples.page(examples.PROJECT), 422, 503))
async def list_projects(
    services: ServicesDep,
    window: WindowDep,
    status: Annotated[tuple[ProjectStatus, ...], Query(description="May be given several times.")] = (),
    search: Annotated[Text, Query(max_length=255, description="Part of the name, in any case and Unicode form.")] = "",
) -> Page[ProjectItem]:
    async with services.store.reading() as connection:
        rows = await projects.find(connection, statuses=status, search=search, before=window.after, limit=window.probe)
        shown, next_cursor = window.cut(rows, lambda project: project.id)
        done = await projects.accepted_stages(connection, [project.id for project in shown])
        waiting = await hitl.oldest_open(connection, [project.id for project in shown if project.open_requests])
    items = [ProjectItem.of(one, done.get(one.id, 0), waiting.get(one.id)) for one in shown]
    return Page(items=items, next_cursor=next_cursor)


@router.get("/{project_id}", summary="Show a project", responses=answers(examples.WHOLE_PROJECT, 404, 422, 503))
async def get_project(project: ProjectDep, services: ServicesDep) -> ProjectPublic:
    async with services.store.reading() as connection:
        done = await projects.accepted_stages(connection, [project.id])
        waiting = await hitl.oldest_open(connection, [project.id] if project.open_requests else [])
        brief = await projects.brief(connection, project.id)
    return ProjectPublic.of(
        project,
        done.get(project.id, 0),
        waiting.get(project.id),
        description=brief,
        pipeline_definition=Pipeline.model_validate(project.pipeline),
        head=project.last_seq,
    )


@router.get(
    "/{project_id}/status",
    summary="Show how a project stands: its tasks and open requests",
    responses=answers(examples.PROGRESS, 404, 422, 503),
)
async def get_project_status(project: ProjectDep, services: ServicesDep) -> ProjectProgress:
    async with services.store.reading() as connection:
        done = await projects.accepted_stages(connection, [project.id])
        outline = await tasks.outline(connection, project.id)
        waiting = await hitl.find(connection, project_id=project.id, status=HitlStatus.PENDING)
    item = ProjectItem.of(project, done.get(project.id, 0))
    return ProjectProgress(
        project_id=project.id,
        status=item.status,
        phase=item.phase,
        reason=item.reason,
        progress=item.progress,
        tasks=[TaskPublic.of(task) for task in outline],
        open_requests=[RequestItem.of(request) for request in waiting],
    )
