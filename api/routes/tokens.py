"""One's own API tokens."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from api.auth import audit
from api.auth.current import changing_own
from api.auth.dependencies import CallerDep, require
from api.auth.tokens import revoke
from api.deps import ServicesDep
from api.errors import ConflictError, NotFoundError
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.auth import NEW_TOKEN, TOKEN
from api.shapes.auth import NewToken, TokenCreate, TokenPublic
from api.shapes.shape import Page
from models.contracts.identity import AuthEventKind, Permission
from store import projects
from store.identity import api_tokens
from store.identity.secrets import hash_of

router = APIRouter(prefix="/auth/tokens", tags=["auth"], route_class=StrictRoute)


@router.get("", summary="List one's tokens, newest first", responses=describe_responses(page_of(TOKEN), 422, 503))
async def list_tokens(services: ServicesDep, caller: CallerDep) -> Page[TokenPublic]:
    if caller.principal_id is None:
        return Page(items=[])
    async with services.store.reading() as connection:
        found = await api_tokens.of_principal(connection, caller.principal_id)
    return Page(items=[TokenPublic.of(token) for token in found])


@router.post(
    "",
    status_code=201,
    summary="Create a token",
    responses=describe_responses(NEW_TOKEN, 403, 404, 409, 413, 415, 422, 429, 503, status=201),
)
async def create_token(
    body: TokenCreate, services: ServicesDep, caller: CallerDep, request: Request, response: Response
) -> NewToken:
    """The token itself is in this answer only. `read` is always among its scopes. One that is created with a token ends
    with that token. A person, or a service, has 100 valid tokens at most."""
    if body.project_id is not None:
        await require(request, Permission.READ, body.project_id)
        async with services.store.reading() as connection:
            if await projects.get(connection, body.project_id) is None:
                raise NotFoundError.of("project", body.project_id)
    await services.limits.require_creation(caller)
    scopes = body.scopes | {Permission.READ}
    async with changing_own(services, request) as (connection, principal_id):
        try:
            row, token = await api_tokens.create(
                connection, principal_id, body.name, scopes, body.project_id, body.expires_in, caller.makes_with
            )
        except api_tokens.TooManyTokensError:
            detail = f"{caller.name} has {api_tokens.MAX_VALID} tokens that are valid. Revoke one first."
            raise ConflictError(detail) from None
        details: dict[str, Any] = {"token_id": str(row.id), "name": row.name, "scopes": row.scopes}
        await audit.record(connection, request, caller, AuthEventKind.TOKEN_CREATED, **details)
    services.authenticator.known.add(hash_of(token))
    response.headers["Location"] = "/api/v1/auth/tokens"
    return NewToken(**TokenPublic.fields_of(row), token=token)


@router.delete(
    "/{token_id}",
    status_code=204,
    summary="Revoke one of one's tokens",
    responses=describe_responses(None, 403, 404, 422, 503, status=204),
)
async def revoke_token(
    token_id: Annotated[UUID, Path()], services: ServicesDep, caller: CallerDep, request: Request
) -> Response:
    """It is refused within 5 seconds everywhere, and its WebSockets are closed. What was created with it ends, too."""
    if caller.credential_id != token_id:
        caller.require_whole()
    await revoke(services, caller, request, token_id)
    return Response(status_code=204)
