"""The ways to sign in; sign in with a password, and change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth import audit
from api.auth.addresses import address_of, network_of
from api.auth.caller import Caller, SignInMethod
from api.auth.cookies import set_cookie
from api.auth.current import require_current
from api.auth.dependencies import CallerDep
from api.auth.request_limits import SignInWay
from api.auth.sign_in import record_failure, start_session
from api.deps import ServicesDep
from api.errors import ConflictError, ForbiddenError, NotFoundError, NotSignedInError, TooManyRequestsError
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples.auth import ME, METHODS, PERSON
from api.problem_codes import ProblemCode
from api.services import Services
from api.shapes.accounts import AccountUpdate, LogIn, PasswordUpdate, SignInMethods
from api.shapes.auth import MePublic, PersonPublic
from models.contracts.identity import AuthEventKind, PrincipalKind
from store.identity import accounts, failures, people, principals, sessions

router = APIRouter(prefix="/auth", tags=["auth"], route_class=StrictRoute)

WRONG = "The name or the password is wrong."


@router.get("/methods", summary="List the ways to sign in", responses=describe_responses(METHODS))
async def list_sign_in_methods(services: ServicesDep) -> SignInMethods:
    """Without signing in."""
    provider = services.provider
    host = urlsplit(provider.issuer).hostname if provider else None
    return SignInMethods(password=not services.authenticator.is_open, provider=host)


@router.post(
    "/login",
    summary="Sign a browser in with a password",
    responses=describe_responses(ME, 401, 403, 413, 415, 422, 429, 503),
)
async def log_in(body: LogIn, services: ServicesDep, request: Request, response: Response) -> MePublic:
    """Sets the session's cookie, and ends the session that the browser had. After five wrong passwords for a name from
    an address, the next attempts have to wait."""
    _require_sign_in(services)
    await services.limits.require_sign_in(SignInWay.PASSWORD, address_of(request))
    account = await _check(services, request, body.login, body.password)
    async with services.store.writing() as connection:
        started = None
        if account is not None and await _is_unchanged(connection, account):
            started = await start_session(services, connection, request, account.principal_id, "password")
        elif account is not None:
            await record_failure(connection, request, "password", account.principal_id)
    if started is None:
        raise NotSignedInError(WRONG)
    cookie, caller = started
    set_cookie(response, request, services.settings.public_url, cookie)
    return MePublic.of(caller, is_exposed=False)


@router.put(
    "/password",
    status_code=204,
    summary="Change one's own password",
    responses=describe_responses(None, 403, 404, 409, 413, 415, 422, 429, 503, status=204),
)
async def change_password(body: PasswordUpdate, services: ServicesDep, caller: CallerDep, request: Request) -> Response:
    """It ends one's other sessions. Tokens stay."""
    async with services.store.reading() as connection:
        own = await accounts.of_principal(connection, caller.principal_id) if caller.principal_id else None
    if own is None:
        raise ConflictError("You sign in without a password.")
    if await _check(services, request, own.login, body.current) is None:
        raise ForbiddenError("The current password is wrong.")
    await _set(services, caller, request, own.principal_id, own.login, body.password, instead_of=own)
    return Response(status_code=204)


@router.put(
    "/people/{principal_id}/account",
    summary="Let a person sign in with a password, or set another one",
    responses=describe_responses(PERSON, 403, 404, 409, 413, 415, 422, 503),
)
async def set_account(
    principal_id: Annotated[UUID, Path()],
    body: AccountUpdate,
    services: ServicesDep,
    caller: CallerDep,
    request: Request,
) -> PersonPublic:
    """It ends the person's sessions, except the one that does this. A service, and a limited token, may not do it: they
    could sign in as the person."""
    require_may_set_passwords(caller)
    async with services.store.reading() as connection:
        person = await people.find(connection, principal_id)
    if person is None:
        raise NotFoundError.of("person", principal_id)
    if person.kind == PrincipalKind.SERVICE:
        raise ConflictError(f"{person.name} is a service, which signs in with tokens.")
    await _set(services, caller, request, principal_id, body.login, body.password)
    return PersonPublic.of(replace(person, login=body.login))


def require_may_set_passwords(caller: Caller) -> None:
    """Check that setting somebody's password leaves the caller without rights that it does not have.

    Raises:
        ForbiddenError: it is limited, or a service.
    """
    caller.require_whole()
    if caller.is_service:
        raise ForbiddenError(f"{caller.name} is a service, and may not sign in as somebody else.")


def login_taken_error(login: str) -> ConflictError:
    return ConflictError(f"Another person signs in as {login}.", code=ProblemCode.LOGIN_TAKEN)


def _require_sign_in(services: Services) -> None:
    if services.authenticator.is_open:
        raise NotSignedInError("This API has no sign-in: BOTARMY_AUTH is none.")


async def _check(services: Services, request: Request, login: str, password: str) -> Any | None:
    """Return the account whose password this is, or None. Both take as long, and whether there is such a person makes
    no difference.

    Raises:
        TooManyRequestsError: there were too many wrong ones.
    """
    address = network_of(address_of(request))
    async with services.store.writing() as connection:
        wait = await failures.count_attempt(connection, login, address)
    if wait:
        raise TooManyRequestsError(f"Too many wrong passwords. Try again in {wait} s.", wait)
    async with services.store.reading() as connection:
        account = await accounts.by_login(connection, login)
    if await services.passwords.verify(account.password_hash if account else None, password) and account:
        async with services.store.writing() as connection:
            await failures.clear(connection, login, address)
        return account
    async with services.store.writing() as connection:
        await record_failure(connection, request, "password", account.principal_id if account else None)
    return None


async def _is_unchanged(connection: AsyncConnection, account: Any) -> bool:
    """Return whether the password that was checked, in another transaction, is still that of the person, who may sign
    in. It stays so until this transaction ends."""
    is_enabled = await principals.lock(connection, account.principal_id)
    return is_enabled and await accounts.has_password(connection, account.principal_id, account.password_hash)


async def _set(
    services: Services,
    caller: Caller,
    request: Request,
    principal_id: UUID,
    login: str,
    password: str,
    instead_of: Any | None = None,
) -> None:
    hashed = await services.passwords.hash(password)
    kept = caller.credential_id if caller.method is SignInMethod.SESSION else None
    try:
        async with services.store.writing() as connection:
            await principals.lock(connection, principal_id)
            await require_current(connection, request)
            if instead_of is not None and not await _is_unchanged(connection, instead_of):
                raise ForbiddenError("The current password is wrong.")
            await accounts.set_account(connection, principal_id, login, hashed)
            ended = await sessions.end_all(connection, principal_id, kept)
            await audit.record(connection, request, caller, AuthEventKind.PASSWORD_SET, principal_id)
    except accounts.LoginTakenError:
        raise login_taken_error(login) from None
    services.authenticator.forget(*ended)
