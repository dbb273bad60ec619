"""Start, list and show projects."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Response
from uuid_utils.compat import uuid7

from api.artifacts.source import read_source
from api.deps import ProjectDep, ServicesDep
from api.errors import InvalidError, TooLargeError, UnavailableError
from api.http.idempotency import IdempotencyKey, KeyTakenError, hash_body, key_reused_error
from api.http.pagination import PageParamsDep
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.projects import COUNTS, NEW_PROJECT, PROGRESS, PROJECT, WHOLE_PROJECT
from api.routes.agents import default_crew
from api.services import Services
from api.shapes.hitl import RequestItem
from api.shapes.projects import (
    ProjectCounts,
    ProjectCreate,
    ProjectItem,
    ProjectProgress,
    ProjectPublic,
    WorkingTask,
)
from api.shapes.shape import Page
from api.shapes.tasks import TaskPublic
from api.temporal import START_SECONDS, WorkflowGoneError, temporal_call
from config.sizes import format_size
from crew.list_prices import HOSTED, UnknownPriceError, price_of_million
from crew.providers import MODELS, providers
from models.contracts.budget import Budget
from models.contracts.contract import Text
from models.contracts.enums import HitlStatus, ProjectStatus
from models.contracts.names import CrewName
from models.contracts.pipeline import Pipeline
from models.contracts.project import ProjectInput
from models.contracts.roles import ModelName, each_model
from models.tables import Project
from store import hitl, project_start, projects, tasks, usage
from workflows.client import start_project

Search = Annotated[Text, Query(max_length=255, description="Part of the name; ignores case and Unicode form.")]

router = APIRouter(prefix="/projects", tags=["projects"], route_class=StrictRoute)
log = structlog.get_logger(__name__)


@router.post(
    "/",
    status_code=201,
    summary="Start a project",
    responses=describe_responses(NEW_PROJECT, 403, 413, 415, 422, 503, status=201),
)
async def create_project(
    body: ProjectCreate, services: ServicesDep, response: Response, idempotency_key: IdempotencyKey = None
) -> ProjectItem:
    """Commits the project as `starting`, which is the status in the response, and starts its workflow. If Temporal is
    unavailable, a worker starts it later. The same Idempotency-Key with the same body returns the same response."""
    pipeline = _get_pipeline(services, body.pipeline)
    crew, model = _choose_crew(services, body)
    if len(body.description.encode()) > services.settings.max_brief_bytes:
        raise TooLargeError(f"The brief is larger than {format_size(services.settings.max_brief_bytes)}.")
    _require_prices(services, pipeline, crew, model)
    source = await read_source(body.source, services.settings.max_artifact_bytes) if body.source else None
    new = project_start.NewProject(
        id=uuid7(),
        name=body.name,
        brief=body.description,
        pipeline=pipeline,
        oversight=body.oversight,
        crew=crew,
        model=model,
        source=source,
        budget=body.budget or pipeline.budget or _default_budget(services),
        checkpoint_after=services.settings.checkpoint_after,
        idempotency_key=idempotency_key,
        request_hash=hash_body(body) if idempotency_key else None,
    )
    project = await _create(services, new) or await _get_earlier(services, new)
    structlog.contextvars.bind_contextvars(project_id=str(project.id))
    response.headers["Location"] = f"/api/v1/projects/{project.id}"
    return ProjectItem.of(_as_created(project), done=0)


def _get_pipeline(services: Services, name: str) -> Pipeline:
    if (pipeline := services.pipelines.get(name)) is not None:
        return pipeline
    for skipped in services.pipelines.left_out:
        if skipped.name == name:
            problems = "; ".join(skipped.problems)
            raise InvalidError("pipeline", f"cannot be used, since its file {skipped.file} has errors: {problems}")
    raise InvalidError("pipeline", f"{name} is unknown; the pipelines are {', '.join(sorted(services.pipelines))}")


def _choose_crew(services: Services, body: ProjectCreate) -> tuple[CrewName, ModelName | None]:
    """Return the project's crew, and the model that it asks."""
    crew = body.crew or (MODELS if body.model else default_crew(services))
    provider = providers().get(crew)
    if provider is None:
        raise InvalidError("crew", f"{crew} is unknown; the crews are {', '.join(providers())}")
    if provider.is_rehearsal:
        if body.model:
            raise InvalidError("model", f"is never asked by the crew {crew}; leave it out, or choose the crew {MODELS}")
        return crew, None
    model = body.model or services.settings.model
    if crew == MODELS and model is None:
        raise InvalidError("model", "is needed: name one as provider:model, such as openai:gpt-5, or set BOTARMY_MODEL")
    return crew, model


def _require_prices(services: Services, pipeline: Pipeline, crew: CrewName, model: ModelName | None) -> None:
    """Raise InvalidError if a stage would ask a model without a price: no budget could hold."""
    if crew != MODELS:
        return
    roles = {role.name: role.model for role in pipeline.roles}
    named = (stage.model or roles.get(stage.agent) or model for stage in pipeline.stages)
    for asked in {each for models in named if models for each in each_model(models)}:
        if asked.partition(":")[0] not in HOSTED:
            continue  # it costs nothing, or is no model at all: the step says so
        try:
            price_of_million(asked, services.settings.model_prices)
        except UnknownPriceError as error:
            raise InvalidError("model", f"cannot be used: {error}") from None


def _default_budget(services: Services) -> Budget | None:
    given = services.settings.project_budget
    return Budget.model_validate(given) if given else None


async def _create(services: Services, new: project_start.NewProject) -> Project | None:
    """Create a project and start its workflow, if Temporal is available. Return None if the idempotency key is
    taken."""
    try:
        async with services.store.transaction(new.id) as tx:
            if (created := await project_start.create(tx, new)) is None:
                raise KeyTakenError  # roll back: no row of the new id exists
    except KeyTakenError:
        return None
    project, project_input = created
    await _start_workflow(services, project_input)
    return project


async def _start_workflow(services: Services, project_input: ProjectInput) -> None:
    try:
        async with temporal_call(START_SECONDS):
            await start_project(services.temporal, services.settings.task_queue, project_input)
    except (UnavailableError, WorkflowGoneError) as error:
        log.warning("project_start_postponed", project_id=str(project_input.project_id), reason=str(error))


async def _get_earlier(services: Services, new: project_start.NewProject) -> Project:
    """Return the project that was created earlier with this key."""
    assert new.idempotency_key is not None
    async with services.store.reading() as connection:
        project = await projects.by_idempotency_key(connection, new.idempotency_key)
    assert project is not None
    if project.request_hash != new.request_hash:
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


@router.get("/", summary="List projects, newest first", responses=describe_responses(page_of(PROJECT), 422, 503))
async def list_projects(
    services: ServicesDep,
    params: PageParamsDep,
    status: Annotated[tuple[ProjectStatus, ...], Query(description="May be repeated.")] = (),
    search: Search = "",
    order: Annotated[
        projects.ProjectOrder, Query(description="`newest` first, latest `activity` first, or by `name`.")
    ] = projects.ProjectOrder.NEWEST,
) -> Page[ProjectItem]:
    async with services.store.reading() as connection:
        rows = await projects.find(
            connection, statuses=status, search=search, order=order, after=params.after, limit=params.rows_to_read
        )
        page, next_cursor = params.paginate(rows, lambda project: project.id)
        done = await projects.accepted_stages(connection, [project.id for project in page])
        oldest = await hitl.oldest_open(connection, [project.id for project in page if project.open_requests])
        spent = await usage.of_projects(connection, [project.id for project in page])
        working = await tasks.working(connection, [project.id for project in page if project.ended_at is None])
    items = [
        ProjectItem.of(
            project,
            done.get(project.id, 0),
            oldest.get(project.id),
            spent=spent[project.id],
            working=[WorkingTask.model_validate(task) for task in working.get(project.id, ())],
        )
        for project in page
    ]
    return Page(items=items, next_cursor=next_cursor)


@router.get("/counts", summary="Count the projects of each status", responses=describe_responses(COUNTS, 422, 503))
async def count_projects(services: ServicesDep, search: Search = "") -> ProjectCounts:
    async with services.store.reading() as connection:
        return ProjectCounts(counts=await projects.count(connection, search))


@router.get("/{project_id}", summary="Show a project", responses=describe_responses(WHOLE_PROJECT, 404, 422, 503))
async def get_project(project: ProjectDep, services: ServicesDep) -> ProjectPublic:
    async with services.store.reading() as connection:
        done = await projects.accepted_stages(connection, [project.id])
        oldest = await hitl.oldest_open(connection, [project.id] if project.open_requests else [])
        brief = await projects.brief(connection, project.id)
        spent = await usage.of_projects(connection, [project.id])
        working = await tasks.working(connection, [project.id])
    return ProjectPublic.of(
        project,
        done.get(project.id, 0),
        oldest.get(project.id),
        spent=spent[project.id],
        working=[WorkingTask.model_validate(task) for task in working.get(project.id, ())],
        description=brief,
        pipeline_definition=Pipeline.model_validate(project.pipeline),
        head=project.last_seq,
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
    item = ProjectItem.of(project, done.get(project.id, 0))
    return ProjectProgress(
        project_id=project.id,
        status=item.status,
        phase=item.phase,
        reason=item.reason,
        progress=item.progress,
        tasks=[TaskPublic.of(task) for task in outline],
        open_requests=[RequestItem.of(request) for request in open_requests],
    )
