"""HITL requests: what waits for a human, and a human's response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api import briefing, examples
from api.deps import HitlRequestDep, ProjectDep, ServicesDep
from api.documentation import answers, example
from api.hitl import responding
from api.pagination import WindowDep
from api.shapes.artifacts import ArtifactContent
from api.shapes.hitl import DecisionPublic, PendingRequest, RequestItem, RequestPublic, ResponseAnswer, ResponseCreate
from api.shapes.shape import Page
from api.strict_route import StrictRoute
from models.contracts.enums import HitlStatus
from models.contracts.handoff import ArtifactRef
from models.tables import HitlRequest
from store import artifacts, hitl, projects, tasks

router = APIRouter(prefix="/hitl", tags=["hitl"], route_class=StrictRoute)

SUBMITTED = "No worker has judged the response yet; it is kept safe until one does."


@router.get(
    "/pending",
    summary="List everything that waits for a human, oldest first",
    responses=answers(examples.page(examples.PENDING_REQUEST), 422, 503),
)
async def list_pending_requests(services: ServicesDep, window: WindowDep) -> Page[PendingRequest]:
    async with services.store.reading() as connection:
        rows = await hitl.find(connection, status=HitlStatus.PENDING, after=window.after, limit=window.probe)
        shown, next_cursor = window.cut(rows, lambda request: request.id)
        names = await projects.names(connection, {one.project_id for one in shown})
    items = []
    for one in shown:
        name, paused = names[one.project_id]
        held = paused and one.standalone_task_id is None
        items.append(PendingRequest.of(one, project_name=name, deadline_held=held))
    return Page(items=items, next_cursor=next_cursor)


@router.get(
    "/project/{project_id}/requests",
    summary="List a project's HITL requests, oldest first",
    responses=answers(examples.page(examples.REQUEST), 404, 422, 503),
)
async def list_project_requests(
    project: ProjectDep,
    services: ServicesDep,
    window: WindowDep,
    status: Annotated[HitlStatus | None, Query()] = None,
) -> Page[RequestItem]:
    async with services.store.reading() as connection:
        rows = await hitl.find(connection, project_id=project.id, status=status, after=window.after, limit=window.probe)
    shown, next_cursor = window.cut(rows, lambda request: request.id)
    return Page(items=[RequestItem.of(one) for one in shown], next_cursor=next_cursor)


@router.get(
    "/{request_id}",
    summary="Show a HITL request, its task, its history and its artifacts",
    responses=answers(examples.WHOLE_REQUEST, 404, 422, 503),
)
async def get_request(request: HitlRequestDep, services: ServicesDep) -> RequestPublic:
    async with services.store.reading() as connection:
        history = await hitl.history(connection, request.id)
        contents = await artifacts.get_with_contents(connection, _asked(request), origin_id=request.id)
        previous = await artifacts.previous_ids(connection, [artifact.id for artifact, _ in contents])
        task = await tasks.get(connection, request.task_id)
        assert task is not None
        detail = await briefing.detail_of(connection, task)
    return RequestPublic.of(
        request,
        task=detail,
        history=[DecisionPublic.of(one) for one in history],
        contents=[
            ArtifactContent.with_content(artifact, body, previous_id=previous.get(artifact.id))
            for artifact, body in contents
        ],
    )


@router.post(
    "/{request_id}/respond",
    summary="Respond to a HITL request",
    responses=answers(examples.RESPONSE, 403, 404, 409, 413, 415, 422, 503)
    | {202: {"model": ResponseAnswer, "description": SUBMITTED, **example(examples.SUBMITTED_RESPONSE)}},
)
async def respond(
    request: HitlRequestDep, given: ResponseCreate, services: ServicesDep, response: Response
) -> ResponseAnswer:
    """The first valid response decides: 200. Every other one is told the winner: 409, with `request` and `decision`.
    Where no worker has judged it within two seconds: 202."""
    answer = await responding.respond(services, request, given)
    if answer.outcome is None:
        response.status_code = 202
    return answer


def _asked(request: HitlRequest) -> Sequence[UUID]:
    return [ArtifactRef.model_validate(one).artifact_id for one in request.artifacts]
