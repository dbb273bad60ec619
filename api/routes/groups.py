"""Groups of people and services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth import audit
from api.auth.caller import Caller
from api.auth.current import require_current
from api.auth.dependencies import CallerDep
from api.deps import ServicesDep
from api.errors import ConflictError, NotFoundError
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.auth import GROUP, GROUPS
from api.services import Services
from api.shapes.auth import GroupsPublic
from api.shapes.groups import GroupCreate, GroupPublic
from api.shapes.shape import Page
from models.contracts.contract import Name, Text
from models.contracts.identity import AuthEventKind
from store.identity import groups, principals

router = APIRouter(prefix="/auth/groups", tags=["auth"], route_class=StrictRoute)

GroupName = Annotated[Name, Path(description="A name may contain slashes.")]
PrincipalId = Annotated[UUID, Path()]


@router.get(
    "",
    summary="List groups, who belongs to them, and their roles in projects",
    responses=describe_responses(page_of(GROUP), 422, 503),
)
async def list_groups(services: ServicesDep) -> Page[GroupPublic]:
    """Those that were created here, and those that an identity provider names."""
    async with services.store.reading() as connection:
        found = await groups.find_all(connection)
    return Page(items=[GroupPublic.of(group) for group in found])


@router.post(
    "",
    status_code=201,
    summary="Create a group",
    responses=describe_responses(
        GROUP | {"members": [], "projects": []}, 403, 404, 409, 413, 415, 422, 503, status=201
    ),
)
async def create_group(
    body: GroupCreate, services: ServicesDep, caller: CallerDep, request: Request, response: Response
) -> GroupPublic:
    """A name means one group: if an identity provider knows it, too, its members belong to it."""
    async with _changing(services, request, body.name) as connection:
        if not await groups.create(connection, body.name, caller.name):
            raise ConflictError(f"There is a group {body.name} already.")
        await audit.record_about_group(connection, request, caller, AuthEventKind.GROUP_CREATED, body.name)
        found = await groups.find_all(connection)
    response.headers["Location"] = "/api/v1/auth/groups"
    return next(GroupPublic.of(group) for group in found if group.name == body.name)


@router.put(
    "/{group:path}/members/{principal_id}",
    summary="Add somebody to a group",
    responses=describe_responses(GROUPS, 403, 404, 422, 503),
)
async def add_to_group(
    group: GroupName, principal_id: PrincipalId, services: ServicesDep, caller: CallerDep, request: Request
) -> GroupsPublic:
    """The group was created here, or an identity provider names it."""
    async with _changing(services, request, group) as connection:
        if not await groups.exists(connection, group):
            raise NotFoundError.of("group", group)
        if not await principals.exists(connection, principal_id):
            raise NotFoundError.of("person", principal_id)
        if await groups.add(connection, group, principal_id):
            kind = AuthEventKind.GROUPS_CHANGED
            await audit.record(connection, request, caller, kind, principal_id, added=group)
        belongs = await groups.of(connection, [principal_id])
    return GroupsPublic(principal_id=principal_id, groups=belongs[principal_id])


@router.delete(
    "/{group:path}/members/{principal_id}",
    status_code=204,
    summary="Take somebody out of a group",
    responses=describe_responses(None, 403, 404, 422, 503, status=204),
)
async def take_from_group(
    group: GroupName, principal_id: PrincipalId, services: ServicesDep, caller: CallerDep, request: Request
) -> Response:
    """What the group grants ends within 5 seconds; a response that is recorded later does not count. Whom an identity
    provider names stays in the group until it says otherwise: 404."""
    async with _changing(services, request, group) as connection:
        if not await groups.take(connection, group, principal_id):
            raise NotFoundError.of("member", principal_id)
        kind = AuthEventKind.GROUPS_CHANGED
        await audit.record(connection, request, caller, kind, principal_id, removed=group)
    return Response(status_code=204)


@router.delete(
    "",
    status_code=204,
    summary="Remove a group",
    responses=describe_responses(None, 403, 404, 422, 503, status=204),
)
async def remove_group(
    name: Annotated[Text, Query(max_length=255)], services: ServicesDep, caller: CallerDep, request: Request
) -> Response:
    """With its roles in projects, and those whom administrators added. Gates stay assigned to its name."""
    await _remove(services, caller, request, name)
    return Response(status_code=204)


@router.delete(
    "/{group:path}",
    status_code=204,
    summary="Remove a group, by a path",
    responses=describe_responses(None, 403, 404, 422, 503, status=204),
)
async def remove_group_by_path(
    group: GroupName, services: ServicesDep, caller: CallerDep, request: Request
) -> Response:
    """As `DELETE /auth/groups?name=`, which takes every name."""
    await _remove(services, caller, request, group)
    return Response(status_code=204)


@asynccontextmanager
async def _changing(services: Services, request: Request, group: str) -> AsyncIterator[AsyncConnection]:
    """Open a transaction in which nobody else changes a group, for a caller who still may."""
    async with services.store.writing() as connection:
        await groups.lock(connection, group)
        await require_current(connection, request)
        yield connection


async def _remove(services: Services, caller: Caller, request: Request, group: str) -> None:
    async with _changing(services, request, group) as connection:
        if not await groups.remove(connection, group):
            raise NotFoundError.of("group", group)
        await audit.record_about_group(connection, request, caller, AuthEventKind.GROUP_REMOVED, group)
