"""People and services."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from api.auth import audit
from api.auth.administrators import require_another_admin
from api.auth.current import require_current
from api.auth.dependencies import CallerDep
from api.deps import ServicesDep
from api.errors import InvalidError, NotFoundError
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.auth import LINK, PERSON
from api.routes.accounts import login_taken_error, require_may_set_passwords
from api.routes.auth import link_of
from api.shapes.auth import LinkPublic, PersonCreate, PersonPublic, PersonUpdate
from api.shapes.shape import Page
from models.contracts.identity import AccessRole, AuthEventKind, CodePurpose, PrincipalKind
from store.identity import accounts, people, principals, sessions
from store.identity.secrets import hash_of

router = APIRouter(tags=["auth"], route_class=StrictRoute)

PrincipalId = Annotated[UUID, Path()]


@router.get("/auth/people", summary="List people and services", responses=describe_responses(page_of(PERSON), 422, 503))
async def list_people(
    services: ServicesDep,
    with_disabled: Annotated[bool, Query(description="Whether to list disabled ones, too.")] = False,
) -> Page[PersonPublic]:
    async with services.store.reading() as connection:
        found = await people.find_all(connection, with_disabled=with_disabled)
    return Page(items=[PersonPublic.of(person) for person in found])


@router.post(
    "/auth/people",
    status_code=201,
    summary="Add a person or a service",
    responses=describe_responses(PERSON, 403, 404, 409, 413, 415, 422, 503, status=201),
)
async def add_person(
    body: PersonCreate, services: ServicesDep, caller: CallerDep, request: Request, response: Response
) -> PersonPublic:
    """With roles in all projects. Without any, it is made a member of single projects afterwards."""
    account, hashed = body.account, ""
    if account is not None:
        require_may_set_passwords(caller)
        if body.kind is PrincipalKind.SERVICE:
            raise InvalidError("account", "is for a person: a service has tokens")
        hashed = await services.passwords.hash(account.password)
    try:
        async with services.store.writing() as connection:
            await require_current(connection, request)
            if caller.principal_id is not None:
                await audit.principal_of(connection, caller)
            added = await principals.add(connection, body.name, body.roles, caller.name, kind=body.kind)
            details: dict[str, Any] = {"name": body.name, "roles": sorted(body.roles)}
            await audit.record(connection, request, caller, AuthEventKind.PERSON_ADDED, added, **details)
            if account is not None:
                await accounts.set_account(connection, added, account.login, hashed)
                await audit.record(connection, request, caller, AuthEventKind.PASSWORD_SET, added)
    except accounts.LoginTakenError as error:
        raise login_taken_error(str(error)) from None
    response.headers["Location"] = "/api/v1/auth/people"
    return PersonPublic(
        principal_id=added,
        name=body.name,
        kind=body.kind,
        login=account.login if account else None,
        roles=sorted(body.roles),
        is_disabled=False,
        groups=[],
    )


@router.patch(
    "/auth/people/{principal_id}",
    summary="Change a person's roles in all projects, or disable the person",
    responses=describe_responses(PERSON, 403, 404, 409, 413, 415, 422, 503),
)
async def change_person(
    principal_id: PrincipalId, body: PersonUpdate, services: ServicesDep, caller: CallerDep, request: Request
) -> PersonPublic:
    """A disabled person's sessions and tokens end for good, and WebSockets are closed within 5 seconds. There is always
    an administrator: the last one cannot be disabled, nor lose the role."""
    ended: list[bytes] = []
    async with services.store.writing() as connection:
        if await people.find(connection, principal_id) is None:
            raise NotFoundError.of("person", principal_id)
        if body.is_disabled or (body.roles is not None and AccessRole.ADMIN not in body.roles):
            await require_another_admin(services.settings, connection, principal_id)
        await require_current(connection, request)  # after the lock: two administrators may disable each other
        if body.roles is not None:
            await principals.set_roles(connection, principal_id, None, body.roles, caller.name)
            kind, details = AuthEventKind.ROLES_CHANGED, {"roles": sorted(body.roles)}
            await audit.record(connection, request, caller, kind, principal_id, **details)
        if body.is_disabled and (credentials := await people.disable(connection, principal_id)) is not None:
            ended = credentials
            await audit.record(connection, request, caller, AuthEventKind.PERSON_DISABLED, principal_id)
        if body.is_disabled is False and await people.enable(connection, principal_id):
            await audit.record(connection, request, caller, AuthEventKind.PERSON_ENABLED, principal_id)
        changed = await people.find(connection, principal_id)
    services.authenticator.forget(*ended)
    assert changed is not None
    return PersonPublic.of(changed)


@router.post(
    "/auth/people/{principal_id}/links",
    status_code=201,
    summary="Create a link that signs a person in",
    responses=describe_responses(LINK, 403, 404, 422, 429, 503, status=201),
)
async def create_persons_link(
    principal_id: PrincipalId, services: ServicesDep, caller: CallerDep, request: Request, response: Response
) -> LinkPublic:
    """The link is good once, for 60 seconds. A service, and a limited token, may not create one: it would sign in with
    rights that they do not have."""
    require_may_set_passwords(caller)
    await services.limits.require_creation(caller)
    async with services.store.writing() as connection:
        if not await principals.exists(connection, principal_id):
            raise NotFoundError.of("person", principal_id)
        await require_current(connection, request)
        code = await sessions.create_code(connection, CodePurpose.LINK, principal_id, caller.credential)
        await audit.record(connection, request, caller, AuthEventKind.LINK_CREATED, principal_id)
    services.authenticator.known_codes.add(hash_of(code))
    return link_of(code, response)
