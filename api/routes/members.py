"""Who has which role in a project: people and services one by one, and groups."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from api.auth import audit
from api.auth.caller import Caller
from api.auth.current import require_current
from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep
from api.errors import InvalidError, NotFoundError
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.auth import GROUP_IN_PROJECT, MEMBER
from api.routes.groups import GroupName
from api.services import Services
from api.shapes.auth import MemberPublic, MemberUpdate
from api.shapes.groups import GroupInProjectPublic
from api.shapes.shape import Page
from models.contracts.identity import PROJECT_ROLES, AccessRole, AuthEventKind
from store.identity import group_roles, groups, principals
from store.identity.group_roles import GroupInProject
from store.identity.principals import Member

router = APIRouter(prefix="/projects/{project_id}", tags=["auth"], route_class=StrictRoute)

PrincipalId = Annotated[UUID, Path()]


@router.get(
    "/members",
    summary="List the members of a project",
    responses=describe_responses(page_of(MEMBER), 404, 422, 503),
)
async def list_members(project: ProjectDep, services: ServicesDep) -> Page[MemberPublic]:
    """Without those who have a role in all projects."""
    async with services.store.reading() as connection:
        found = await principals.members(connection, project.id)
    return Page(items=[MemberPublic.of(member) for member in found])


@router.put(
    "/members/{principal_id}",
    summary="Add a member to a project, or change its roles",
    responses=describe_responses(MEMBER, 403, 404, 413, 415, 422, 503),
)
async def set_member(
    project: ProjectDep,
    principal_id: PrincipalId,
    body: MemberUpdate,
    services: ServicesDep,
    caller: CallerDep,
    request: Request,
) -> MemberPublic:
    members = await _replace(services, caller, request, project.id, principal_id, _roles_of(body))
    return next(MemberPublic.of(member) for member in members if member.id == principal_id)


@router.delete(
    "/members/{principal_id}",
    status_code=204,
    summary="Remove a member from a project",
    responses=describe_responses(None, 403, 404, 422, 503, status=204),
)
async def remove_member(
    project: ProjectDep, principal_id: PrincipalId, services: ServicesDep, caller: CallerDep, request: Request
) -> Response:
    """Its WebSockets are closed within 5 seconds."""
    await _replace(services, caller, request, project.id, principal_id, frozenset())
    return Response(status_code=204)


@router.get(
    "/groups",
    summary="List the groups with roles in a project",
    responses=describe_responses(page_of(GROUP_IN_PROJECT), 404, 422, 503),
)
async def list_project_groups(project: ProjectDep, services: ServicesDep) -> Page[GroupInProjectPublic]:
    async with services.store.reading() as connection:
        found = await group_roles.of_project(connection, project.id)
    return Page(items=[GroupInProjectPublic.of(group) for group in found])


@router.put(
    "/groups/{group:path}",
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
    found = await _replace_of_group(services, caller, request, project.id, group, _roles_of(body))
    return next(GroupInProjectPublic.of(each) for each in found if each.name == group)


@router.delete(
    "/groups/{group:path}",
    status_code=204,
    summary="Take a group's roles in a project",
    responses=describe_responses(None, 403, 404, 422, 503, status=204),
)
async def remove_project_group(
    project: ProjectDep, group: GroupName, services: ServicesDep, caller: CallerDep, request: Request
) -> Response:
    """WebSockets of those who may not read the project any more are closed within 5 seconds."""
    await _replace_of_group(services, caller, request, project.id, group, frozenset())
    return Response(status_code=204)


def _roles_of(body: MemberUpdate) -> frozenset[AccessRole]:
    if unknown := body.roles - set(PROJECT_ROLES):
        raise InvalidError("roles", f"{', '.join(sorted(unknown))} is no role in a project")
    return body.roles


async def _replace(
    services: Services,
    caller: Caller,
    request: Request,
    project_id: UUID,
    principal_id: UUID,
    roles: frozenset[AccessRole],
) -> list[Member]:
    """Replace the roles that somebody has in a project. Return its members."""
    async with services.store.writing() as connection:
        if not await principals.exists(connection, principal_id):
            raise NotFoundError.of("person", principal_id)
        await require_current(connection, request, project_id)
        await principals.set_roles(connection, principal_id, project_id, roles, caller.name)
        kind, details = AuthEventKind.ROLES_CHANGED, _details(project_id, roles)
        await audit.record(connection, request, caller, kind, principal_id, **details)
        return await principals.members(connection, project_id)


async def _replace_of_group(
    services: Services, caller: Caller, request: Request, project_id: UUID, group: str, roles: frozenset[AccessRole]
) -> list[GroupInProject]:
    """Replace the roles that a group has in a project. Return the groups that have any."""
    async with services.store.writing() as connection:
        await groups.lock(connection, group)
        await require_current(connection, request, project_id)
        if roles and not await groups.exists(connection, group):  # perhaps a typing mistake, which would grant nothing
            raise NotFoundError.of("group", group)
        if await group_roles.replace(connection, project_id, group, roles, caller.name):
            kind, details = AuthEventKind.GROUP_ROLES_CHANGED, _details(project_id, roles)
            await audit.record_about_group(connection, request, caller, kind, group, **details)
        return await group_roles.of_project(connection, project_id)


def _details(project_id: UUID, roles: frozenset[AccessRole]) -> dict[str, Any]:
    return {"project_id": str(project_id), "roles": sorted(roles)}
