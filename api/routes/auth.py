"""Sign in and out, and one's own sessions."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from api.auth import audit
from api.auth.addresses import address_of
from api.auth.caller import Caller, SignInMethod
from api.auth.cookies import delete_cookie, set_cookie
from api.auth.current import changing_own
from api.auth.dependencies import CallerDep
from api.auth.request_limits import SignInWay
from api.auth.sign_in import makers_of, record_failure, start_session
from api.auth.tokens import revoke
from api.deps import ServicesDep
from api.errors import ConflictError, NotFoundError, NotSignedInError
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.auth import LINK, ME, SESSION, TICKET
from api.services import Services
from api.shapes.auth import LinkPublic, MePublic, SessionPublic, SignIn, TicketPublic
from api.shapes.shape import Page
from models.contracts.identity import AuthEventKind, CodePurpose
from store.identity import principals, sessions
from store.identity.secrets import hash_of

router = APIRouter(prefix="/auth", tags=["auth"], route_class=StrictRoute)

_NO_CONTENT = describe_responses(None, 403, 404, 422, 503, status=204)


@router.post(
    "/sign-in",
    summary="Sign a browser in with the code of a link",
    responses=describe_responses(ME, 403, 413, 415, 422, 429, 503),
)
async def sign_in(body: SignIn, services: ServicesDep, request: Request, response: Response) -> MePublic:
    """Sets the session's cookie. The code is used up, whatever the answer is. A session lasts for 7 days, and
    for 8 hours without a request that its person makes: what an open page reads by itself does not count."""
    if hash_of(body.code) not in services.authenticator.known_codes:
        await services.limits.require_sign_in(SignInWay.LINK, address_of(request))
    services.authenticator.known_codes.discard(hash_of(body.code))
    async with services.store.reading() as connection:
        owner = await sessions.owner_of(connection, body.code)
    started = await _start(services, request, owner, body.code) if owner else None
    if started is None:
        async with services.store.writing() as connection:
            await record_failure(connection, request, "link")
        raise NotSignedInError("The link has expired or was used. `botarmy open` prints another one.")
    cookie, caller = started
    set_cookie(response, request, services.settings.public_url, cookie)
    return MePublic.of(caller, is_exposed=False)


@router.get("/me", summary="Show who is signed in", responses=describe_responses(ME, 422, 503))
async def get_me(services: ServicesDep, caller: CallerDep) -> MePublic:
    return MePublic.of(caller, is_exposed=services.settings.is_exposed)


@router.post(
    "/sign-out",
    status_code=204,
    summary="End this session, or revoke this token",
    responses=describe_responses(None, 403, 404, 409, 422, 503, status=204),
)
async def sign_out(services: ServicesDep, caller: CallerDep, request: Request) -> Response:
    """Its WebSockets are closed within 5 seconds."""
    if caller.credential_id is None:
        raise ConflictError("The administrator's token comes from the settings, and cannot be revoked here.")
    response = Response(status_code=204)
    if caller.method is SignInMethod.SESSION:
        await _end(services, caller, request, caller.credential_id)
        delete_cookie(response, request, services.settings.public_url)
    else:
        await revoke(services, caller, request, caller.credential_id)
    return response


@router.get(
    "/sessions", summary="List one's sessions, newest first", responses=describe_responses(page_of(SESSION), 422, 503)
)
async def list_sessions(services: ServicesDep, caller: CallerDep) -> Page[SessionPublic]:
    if caller.principal_id is None:
        return Page(items=[])
    async with services.store.reading() as connection:
        found = await sessions.open_of(connection, caller.principal_id)
    return Page(items=[SessionPublic.of(session, caller.credential_id) for session in found])


@router.delete("/sessions/{session_id}", status_code=204, summary="End one of one's sessions", responses=_NO_CONTENT)
async def end_session(
    session_id: Annotated[UUID, Path()], services: ServicesDep, caller: CallerDep, request: Request
) -> Response:
    """Its WebSockets are closed within 5 seconds."""
    await _end(services, caller, request, session_id)
    return Response(status_code=204)


@router.post(
    "/links",
    status_code=201,
    summary="Create a link that signs a browser in",
    responses=describe_responses(LINK, 403, 404, 409, 422, 429, 503, status=201),
)
async def create_link(services: ServicesDep, caller: CallerDep, request: Request, response: Response) -> LinkPublic:
    """For the same person. The link is good once, for 60 seconds. A session that is started by the link of a token ends
    with that token."""
    await services.limits.require_creation(caller)
    async with changing_own(services, request) as (connection, principal_id):
        code = await sessions.create_code(connection, CodePurpose.LINK, principal_id, caller.credential)
        await audit.record(connection, request, caller, AuthEventKind.LINK_CREATED)
    services.authenticator.known_codes.add(hash_of(code))
    return link_of(code, response)


@router.post(
    "/tickets",
    status_code=201,
    summary="Create a ticket that opens a WebSocket",
    responses=describe_responses(TICKET, 403, 404, 409, 422, 503, status=201),
)
async def create_ticket(services: ServicesDep, caller: CallerDep, response: Response) -> TicketPublic:
    """For clients that can send no header. It is good once, for 30 seconds, and the socket ends with the session or the
    token."""
    async with services.store.writing() as connection:
        principal_id = await audit.principal_of(connection, caller)
        ticket = await sessions.create_code(connection, CodePurpose.TICKET, principal_id, caller.credential)
    services.authenticator.known_codes.add(hash_of(ticket))
    response.headers["Location"] = "/api/v1/auth/tickets"
    return TicketPublic(ticket=ticket)


async def _start(services: Services, request: Request, owner: UUID, code: str) -> tuple[str, Caller] | None:
    """Use a link up and start its session. Return the cookie and whose it is, or None if it is not good any more."""
    async with services.authenticator.turn_of(owner), services.store.writing() as connection:
        await principals.lock(connection, owner)
        used = await sessions.use_code(connection, CodePurpose.LINK, code)
        if used is None or (makers := await makers_of(services, connection, used)) is None:
            return None
        return await start_session(services, connection, request, owner, "link", makers)


def link_of(code: str, response: Response) -> LinkPublic:
    """Return the answer with a link."""
    response.headers["Location"] = "/api/v1/auth/links"
    return LinkPublic(path=f"/sign-in#code={code}", code=code)


async def _end(services: Services, caller: Caller, request: Request, session_id: UUID) -> None:
    ended = None
    async with services.store.writing() as connection:
        if caller.principal_id is not None:
            ended = await sessions.end(connection, session_id, caller.principal_id)
        if ended is not None:
            await audit.record(connection, request, caller, AuthEventKind.SESSION_ENDED, session_id=str(session_id))
    if ended is None:
        raise NotFoundError.of("session", session_id)
    services.authenticator.forget(ended)
