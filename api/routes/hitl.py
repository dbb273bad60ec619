"""List and show HITL requests, and respond to them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.auth.dependencies import CallerDep
from api.deps import HitlRequestDep, ProjectDep, ServicesDep
from api.hitl.eligibility import approvers_of, bar_to_raise, eligibility_of
from api.hitl.extend import submit_extension
from api.hitl.possible_actions import possible_actions
from api.hitl.redo import read_redo_choices
from api.hitl.request_view import request_views
from api.hitl.respond import submit_response
from api.hitl.step_log import end_of_log
from api.http.pagination import PageParamsDep
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses, example_response
from api.openapi.examples import page_of
from api.openapi.examples.hitl import (
    ELIGIBILITY,
    EXTENSION,
    PENDING_REQUEST,
    REQUEST,
    RESPONSE,
    SUBMITTED_EXTENSION,
    SUBMITTED_RESPONSE,
    WHOLE_REQUEST,
)
from api.routes.tasks import read_task_detail
from api.shapes.artifacts import ArtifactContent
from api.shapes.extension import ExtensionAnswer, ExtensionCreate
from api.shapes.hitl import (
    DecisionPublic,
    ExtensionPublic,
    PendingRequest,
    RequestItem,
    RequestPublic,
    ResponseAnswer,
    ResponseCreate,
)
from api.shapes.shape import Page
from models.contracts.approvals import Eligibility
from models.contracts.budget import Shortage
from models.contracts.enums import Assignment, HitlReason, HitlStatus
from models.contracts.handoff import ArtifactRef
from store import artifacts, budget_limits, hitl, hitl_decisions, hitl_extensions, projects, tasks

router = APIRouter(prefix="/hitl", tags=["hitl"], route_class=StrictRoute)

SUBMITTED = "The response is durable, and no worker has judged it yet."
EXTENSION_SENT = "The extension is durable, and no worker has applied it yet."


@router.get(
    "/pending",
    summary="List all open HITL requests, oldest first",
    responses=describe_responses(page_of(PENDING_REQUEST), 422, 503),
)
async def list_pending_requests(
    services: ServicesDep,
    caller: CallerDep,
    params: PageParamsDep,
    assigned: Annotated[Assignment, Query(description="To the caller, to nobody, or all.")] = Assignment.ALL,
) -> Page[PendingRequest]:
    async with services.store.reading() as connection:
        rows = await hitl.find(
            connection,
            within=caller.visible_projects,
            status=HitlStatus.PENDING,
            assigned_to=await approvers_of(connection, caller) if assigned is Assignment.MINE else None,
            unassigned=assigned is Assignment.UNASSIGNED,
            after=params.after,
            limit=params.rows_to_read,
        )
        page, next_cursor = params.paginate(rows, lambda request: request.id)
        names = await projects.names(connection, {request.project_id for request in page})
        views = await request_views(connection, page)
        eligible = await eligibility_of(connection, page, caller)
    items = []
    for request, view, eligibility in zip(page, views, eligible, strict=True):
        name, is_paused = names[request.project_id]
        held = is_paused or bool(request.held_since)
        extra = {"project_name": name, "eligibility": eligibility, "deadline_held": held}
        items.append(PendingRequest.of(request, **view, **extra))
    return Page(items=items, next_cursor=next_cursor)


@router.get(
    "/project/{project_id}/requests",
    summary="List a project's HITL requests, oldest first",
    responses=describe_responses(page_of(REQUEST), 404, 422, 503),
)
async def list_project_requests(
    project: ProjectDep,
    services: ServicesDep,
    params: PageParamsDep,
    status: Annotated[HitlStatus | None, Query()] = None,
) -> Page[RequestItem]:
    async with services.store.reading() as connection:
        rows = await hitl.find(
            connection, project_id=project.id, status=status, after=params.after, limit=params.rows_to_read
        )
        page, next_cursor = params.paginate(rows, lambda request: request.id)
        views = await request_views(connection, page)
    items = [RequestItem.of(request, **view) for request, view in zip(page, views, strict=True)]
    return Page(items=items, next_cursor=next_cursor)


@router.get(
    "/{request_id}",
    summary="Show a HITL request, its task, its history and its artifacts",
    responses=describe_responses(WHOLE_REQUEST, 404, 422, 503),
)
async def get_request(request: HitlRequestDep, services: ServicesDep, caller: CallerDep) -> RequestPublic:
    artifact_ids = [ArtifactRef.model_validate(ref).artifact_id for ref in request.artifacts]
    async with services.store.reading() as connection:
        history = await hitl_decisions.history(connection, request.id)
        contents = await artifacts.get_with_contents(connection, artifact_ids, origin_id=request.id)
        previous = await artifacts.previous_ids(connection, [artifact.id for artifact, _ in contents])
        task = await tasks.get(connection, request.task_id)
        assert task is not None
        detail = await read_task_detail(connection, task)
        redo = await read_redo_choices(connection, request)
        extensions = await hitl_extensions.history(connection, request.project_id, request.id)
        (view,) = await request_views(connection, [request])
        (eligibility,) = await eligibility_of(connection, [request], caller)
        log = await end_of_log(connection, task.id) if HitlReason(request.reason).is_unfinished else None
        shortage = None
        if request.shortage is not None and request.status == HitlStatus.PENDING:
            shortage = await budget_limits.current(connection, Shortage.model_validate(request.shortage))
    earlier = tuple(stage for stage in redo.stages if stage != redo.default)
    return RequestPublic.of(
        request,
        **view,
        actions=possible_actions(request, earlier, may_raise=shortage is None or not bar_to_raise(shortage, caller)),
        eligibility=eligibility,
        log=log,
        task=detail,
        redo_default=redo.default,
        redo_stages=list(redo.stages),
        shortage_now=shortage,
        replaced=request.replaced or [],
        history=[DecisionPublic.of(decision) for decision in history],
        extensions=[
            ExtensionPublic.model_validate({**extension.model_dump(), "extended_at": extended_at})
            for extended_at, extension in extensions
        ],
        contents=[
            ArtifactContent.with_content(artifact, body, previous_id=previous.get(artifact.id))
            for artifact, body in contents
        ],
    )


@router.get(
    "/{request_id}/eligibility",
    summary="Show whether one may decide a HITL request",
    responses=describe_responses(ELIGIBILITY, 404, 422, 503),
)
async def get_eligibility(request: HitlRequestDep, services: ServicesDep, caller: CallerDep) -> Eligibility:
    """A gate may be assigned to people and groups. They need the permission `decide` in any case."""
    async with services.store.reading() as connection:
        (eligibility,) = await eligibility_of(connection, [request], caller)
    return eligibility


@router.patch(
    "/{request_id:uuid}",  # `/hitl/pending` has no PATCH
    summary="Extend the deadline of a HITL request",
    responses=describe_responses(EXTENSION, 403, 404, 405, 409, 413, 415, 422, 503)
    | {202: {"model": ExtensionAnswer, "description": EXTENSION_SENT, **example_response(SUBMITTED_EXTENSION)}},
)
async def extend_deadline(
    request: HitlRequestDep, body: ExtensionCreate, services: ServicesDep, caller: CallerDep, response: Response
) -> ExtensionAnswer:
    """Of several extensions of the same deadline, the first one that is recorded gets 200, every other one 409, and
    so does one that comes after the deadline. When no worker has applied it within two seconds, the status is 202. A
    deadline that is held while the project is paused or stopped moves by the same time. It needs what deciding needs:
    at a gate that is assigned to others it is 403."""
    result = await submit_extension(services, request, body, caller)
    if result.status == "submitted":
        response.status_code = 202
    return result


@router.post(
    "/{request_id}/respond",
    summary="Respond to a HITL request",
    responses=describe_responses(RESPONSE, 403, 404, 409, 413, 415, 422, 503)
    | {202: {"model": ResponseAnswer, "description": SUBMITTED, **example_response(SUBMITTED_RESPONSE)}},
)
async def respond(
    request: HitlRequestDep, body: ResponseCreate, services: ServicesDep, caller: CallerDep, response: Response
) -> ResponseAnswer:
    """The first valid response decides and gets 200. Every other one gets 409 with the winner, in `request` and
    `decision`. When no worker has judged it within two seconds, the status is 202."""
    result = await submit_response(services, request, body, caller)
    if result.outcome is None:
        response.status_code = 202
    return result
