"""Groups of people and services, and their roles in projects."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from api.auth import audit
from api.auth.current import require_current
from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep
from api.errors import ConflictError, InvalidError, NotFoundError
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.auth import GROUP, GROUP_IN_PROJECT, GROUPS
from api.shapes.auth import GroupsPublic, MemberUpdate
from api.shapes.groups import GroupCreate, GroupInProjectPublic, GroupPublic
from api.shapes.shape import Page
from models.contracts.contract import Name
from models.contracts.identity import PROJECT_ROLES, AuthEventKind
from store.identity import group_roles, groups, principals

router = APIRouter(tags=["auth"], route_class=StrictRoute)

GroupName = Annotated[Name, Path(description="A name may contain slashes.")]
PrincipalId = Annotated[UUID, Path()]


@router.get(
    "/auth/groups",
    summary="List groups and who belongs to them",
    responses=describe_responses(page_of(GROUP), 422, 503),
)
async def list_groups(services: ServicesDep) -> Page[GroupPublic]:
    """Those that were created here, and those that an identity provider names."""
    async with services.store.reading() as connection:
        found = await groups.find_all(connection)
    return Page(items=[GroupPublic.of(group) for group in found])


@router.post(
    "/auth/groups",
    status_code=201,
    summary="Create a group",
    responses=describe_responses(GROUP | {"members": []}, 403, 404, 409, 413, 415, 422, 503, status=201),
)
async def create_group(
    body: GroupCreate, services: ServicesDep, caller: CallerDep, request: Request, response: Response
) -> GroupPublic:
    """A name means one group: if an identity provider knows it, too, its members belong to it."""
    async with services.store.writing() as connection:
        await groups.lock(connection, body.name)
        await require_current(connection, request)
        if not await groups.create(connection, body.name, caller.name):
            raise ConflictError(f"There is a group {body.name} already.")
        await audit.record_about_group(connection, request, caller, AuthEventKind.GROUP_CREATED, body.name)
        found = await groups.find_all(connection)
    response.headers["Location"] = "/api/v1/auth/groups"
    return next(GroupPublic.of(group) for group in found if group.name == body.name)


@router.put(
    "/auth/groups/{group:path}/members/{principal_id}",
    summary="Add somebody to a group",
    responses=describe_responses(GROUPS, 403, 404, 422, 503),
)
async def add_to_group(
    group: GroupName, principal_id: PrincipalId, services: ServicesDep, caller: CallerDep, request: Request
) -> GroupsPublic:
    """The group was created here, or an identity provider names it."""
    async with services.store.writing() as connection:
        await groups.lock(connection, group)
        await require_current(connection, request)
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
    "/auth/groups/{group:path}/members/{principal_id}",
    status_code=204,
    summary="Take somebody out of a group",
    responses=describe_responses(None, 403, 404, 422, 503, status=204),
)
async def take_from_group(
    group: GroupName, principal_id: PrincipalId, services: ServicesDep, caller: CallerDep, request: Request
) -> Response:
    """What the group grants ends within 5 seconds; a response that is recorded later does not count. Whom an identity
    provider names stays in the group until it says otherwise: 404."""
    async with services.store.writing() as connection:
        await require_current(connection, request)
        if not await groups.take(connection, group, principal_id):
            raise NotFoundError.of("member", principal_id)
        kind = AuthEventKind.GROUPS_CHANGED
        await audit.record(connection, request, caller, kind, principal_id, removed=group)
    return Response(status_code=204)


@router.delete(
    "/auth/groups/{group:path}",
    status_code=204,
    summary="Remove a group",
    responses=describe_responses(None, 403, 404, 422, 503, status=204),
)
async def remove_group(group: GroupName, services: ServicesDep, caller: CallerDep, request: Request) -> Response:
    """With its roles in projects, and those whom administrators added. Gates stay assigned to its name."""
    async with services.store.writing() as connection:
        await groups.lock(connection, group)
        await require_current(connection, request)
        if not await groups.remove(connection, group):
            raise NotFoundError.of("group", group)
        await audit.record_about_group(connection, request, caller, AuthEventKind.GROUP_REMOVED, group)
    return Response(status_code=204)


@router.get(
    "/projects/{project_id}/groups",
    summary="List the groups with roles in a project",
    responses=describe_responses(page_of(GROUP_IN_PROJECT), 404, 422, 503),
)
async def list_project_groups(project: ProjectDep, services: ServicesDep) -> Page[GroupInProjectPublic]:
    async with services.store.reading() as connection:
        found = await group_roles.of_project(connection, project.id)
    return Page(items=[GroupInProjectPublic.of(group) for group in found])


@router.put(
    "/projects/{project_id}/groups/{group:path}",
    summary="Set the roles of a group in a project",
    responses=describe_responses(GROUP_IN_PROJECT, 403, 404, 413, 415, 422, 503),
)
async def set_project_group(
    project: ProjectDep,
    group: GroupName,
    body: MemberUpdate,
    services: ServicesDep,
    caller: CallerDep,
    request: Request,
) -> GroupInProjectPublic:
    """Everybody in the group has them for as long as they belong to it. All roles of the group are replaced."""
    if unknown := body.roles - set(PROJECT_ROLES):
        raise InvalidError("roles", f"{', '.join(sorted(unknown))} is no role in a project")
    async with services.store.writing() as connection:
        await groups.lock(connection, group)
        await require_current(connection, request, project.id)
        if not await groups.exists(connection, group):  # perhaps a typing mistake, which would grant nothing
            raise NotFoundError.of("group", group)
        if await group_roles.replace(connection, project.id, group, body.roles, caller.name):
            kind, about = AuthEventKind.GROUP_ROLES_CHANGED, {"project_id": str(project.id)}
            await audit.record_about_group(connection, request, caller, kind, group, **about, roles=sorted(body.roles))
        found = await group_roles.of_project(connection, project.id)
    return next(GroupInProjectPublic.of(each) for each in found if each.name == group)


@router.delete(
    "/projects/{project_id}/groups/{group:path}",
    status_code=204,
    summary="Take a group's roles in a project",
    responses=describe_responses(None, 403, 404, 422, 503, status=204),
)
async def remove_project_group(
    project: ProjectDep, group: GroupName, services: ServicesDep, caller: CallerDep, request: Request
) -> Response:
    """WebSockets of those who may not read the project any more are closed within 5 seconds."""
    async with services.store.writing() as connection:
        await require_current(connection, request, project.id)
        if await group_roles.replace(connection, project.id, group, (), caller.name):
            kind, about = AuthEventKind.GROUP_ROLES_CHANGED, {"project_id": str(project.id)}
            await audit.record_about_group(connection, request, caller, kind, group, **about, roles=[])
    return Response(status_code=204)
