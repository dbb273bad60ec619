"""What people give the crew of a project."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.current import require_current
from api.auth.dependencies import CallerDep, require
from api.context.giving import Giver, MayDecide, accept_result, give_artifact, producer_of, withdraw
from api.deps import ProjectDep, ServicesDep, require_not_final
from api.errors import InvalidError
from api.hitl.eligibility import check_assigned
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.context import CONTEXT, WITHDRAWN_CONTEXT
from api.shapes.artifacts import ArtifactItem
from api.shapes.context import ContextCreate, ContextPublic, ContextWithdraw
from api.shapes.shape import Page
from models.contracts.identity import Permission
from models.contracts.names import ArtifactType
from models.tables import GivenContext, Project
from store import artifacts, given_context

router = APIRouter(prefix="/projects/{project_id}/context", tags=["artifacts"], route_class=StrictRoute)


@router.get(
    "",
    summary="List what people gave the crew, in order",
    responses=describe_responses(page_of(CONTEXT), 404, 422, 503),
)
async def list_context(project: ProjectDep, services: ServicesDep) -> Page[ContextPublic]:
    async with services.store.reading() as connection:
        return Page(items=await _public(connection, await given_context.of_project(connection, project.id)))


@router.post(
    "",
    status_code=201,
    summary="Give the crew an artifact, or accept a task's result into the project",
    responses=describe_responses(CONTEXT, 403, 404, 409, 413, 415, 422, 503, status=201),
)
async def give_context(
    project: ProjectDep, body: ContextCreate, services: ServicesDep, caller: CallerDep, request: Request
) -> ContextPublic:
    """The steps that begin from now on receive it, and say so in their inputs and in the prompt. The same artifact is
    given once: a second request returns the same. With `as_type`, the result of a task outside the pipeline becomes the
    next version of that type, with the person as its author, who has to be one who may decide at that step's gate."""
    require_not_final(project)
    async with services.store.reading() as connection:
        artifact = await artifacts.get(connection, body.artifact_id)
    if artifact is None or artifact.project_id != project.id:
        raise InvalidError("artifact_id", "is not an artifact of this project")
    giver = Giver(caller.named(body.given_by), caller.principal_id)
    if body.as_type is None:
        given = await give_artifact(services, project, artifact, giver)
    else:
        await require(request, Permission.DECIDE, project.id)
        check = _deciding(request, project)
        async with services.store.reading() as connection:
            await check_assigned(connection, producer_of(project, body.as_type), project.id, request.state.caller)
        given = await accept_result(services, project, artifact, body.as_type, giver, check)
    async with services.store.reading() as connection:
        (public,) = await _public(connection, [given])
    return public


@router.post(
    "/{context_id}/withdraw",
    summary="Withdraw what was given to the crew",
    responses=describe_responses(WITHDRAWN_CONTEXT, 403, 404, 409, 413, 415, 422, 503),
)
async def withdraw_context(
    project: ProjectDep,
    context_id: UUID,
    body: ContextWithdraw,
    services: ServicesDep,
    caller: CallerDep,
    request: Request,
) -> ContextPublic:
    """The steps that begin from now on do not receive it; those that have begun keep it. What it replaced, an earlier
    version, is read again; withdrawing that takes what accepting it takes. An artifact that is given again has a new
    id."""
    require_not_final(project)
    giver = Giver(caller.named(body.withdrawn_by), caller.principal_id)
    given = await withdraw(services, project, context_id, giver, _deciding(request, project))
    async with services.store.reading() as connection:
        (public,) = await _public(connection, [given])
    return public


def _deciding(request: Request, project: Project) -> MayDecide:
    """Return the check that the caller may decide about a type, as the transaction knows the caller."""

    async def check(connection: AsyncConnection, type: ArtifactType) -> None:
        current = await require_current(connection, request, project.id)
        current.require(Permission.DECIDE, project.id)
        await check_assigned(connection, producer_of(project, type), project.id, current)

    return check


async def _public(connection: AsyncConnection, given: Sequence[GivenContext]) -> list[ContextPublic]:
    ids = [one.artifact_id for one in given]
    found = {one.id: one for one in await artifacts.get_many(connection, ids)}
    stages: dict[UUID, list[str]] = {one.id: await given_context.stages_of(connection, one) for one in given}
    return [
        ContextPublic(
            context_id=one.id,
            artifact=ArtifactItem.of(found[one.artifact_id]),
            replaces=one.replaces,
            given_by=one.given_by,
            given_at=one.given_at,
            withdrawn_by=one.withdrawn_by,
            withdrawn_at=one.withdrawn_at,
            stages=stages[one.id],
        )
        for one in given
    ]
