"""Where a browser goes to sign in at the identity provider, and where the provider sends it back to."""

from __future__ import annotations

import re
import secrets
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from api.auth.addresses import address_of
from api.auth.cookies import SIGN_IN, cookie_name, is_secure, set_cookie
from api.auth.oidc.errors import ProviderError, SignInProblem
from api.auth.oidc.person import take_over
from api.auth.oidc.provider import Provider
from api.auth.request_limits import SignInWay
from api.auth.sign_in import record_failure, start_session
from api.deps import ServicesDep
from api.errors import NotFoundError, TooManyRequestsError
from api.services import Services
from store.identity import provider_sign_ins
from store.identity.provider_sign_ins import LIFETIME, Begun
from store.identity.secrets import hash_of, new_token

log = structlog.get_logger(__name__)

router = APIRouter(prefix="/auth", include_in_schema=False)

CALLBACK = "/auth/callback"
MAX_PARAMETER = 2000
SEE_OTHER = 303

OWN = frozenset({"same-origin", "none"})
"""`Sec-Fetch-Site` of our own page, and of an address that a person typed or kept."""

ANY = OWN | {"same-site", "cross-site"}

# Without what a browser shortens (`/.//`) or takes for another host (`//`).
_LOCAL_PATH = re.compile(r"(?![^?#]*(?://|/\.|/%2[eE]))/[^\\\x00-\x20\x7f]*")

Parameter = Annotated[str | None, Query(max_length=MAX_PARAMETER)]


@router.get("/oidc")
async def begin(services: ServicesDep, request: Request, next: Parameter = None) -> Response:
    """Send the browser to the provider. Ten tabs that do so share a cookie, and each has a state of its own. A person
    who is sent here by a page of another site gets our page first: that site may not start a sign-in."""
    provider = _provider(services)
    public = services.settings.public_url
    state, destination = secrets.token_urlsafe(32), _destination(next)
    if not _is_sent(request, OWN):
        return _redirect(f"/sign-in?{urlencode({'next': destination})}")
    try:
        await services.limits.require_sign_in(SignInWay.PROVIDER, address_of(request))
    except TooManyRequestsError as error:
        return _failed(ProviderError(SignInProblem.TOO_MANY, error.detail), destination)
    begun = Begun(
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        redirect_uri=f"{'https' if is_secure(request, public) else 'http'}://{request.headers['host']}{CALLBACK}",
        destination=destination,
    )
    browser = request.cookies.get(cookie_name(request, public, SIGN_IN)) or new_token()
    try:
        address = await provider.address(state, begun)
    except ProviderError as error:
        return _failed(error, destination)
    async with services.store.writing() as connection:
        await provider_sign_ins.begin(connection, state, browser, begun)
    services.authenticator.known_codes.add(hash_of(state))
    response = _redirect(address)
    set_cookie(response, request, public, browser, name=SIGN_IN, lifetime=LIFETIME)
    return response


@router.get("/callback")
async def finish(
    services: ServicesDep,
    request: Request,
    state: Parameter = None,
    code: Parameter = None,
    iss: Parameter = None,
    error: Parameter = None,
) -> Response:
    """Sign the browser in that began this sign-in, once. The provider, which is another site, sends the browser itself
    here: no page may do so with a frame, a picture or a script."""
    provider = _provider(services)
    settings, begun = services.settings, None
    browser = request.cookies.get(cookie_name(request, settings.public_url, SIGN_IN))
    try:
        if not (state and hash_of(state) in services.authenticator.known_codes):
            await services.limits.require_sign_in(SignInWay.CALLBACK, address_of(request))
        services.authenticator.known_codes.discard(hash_of(state or ""))
    except TooManyRequestsError as too_many:
        return _failed(ProviderError(SignInProblem.TOO_MANY, too_many.detail), "/")
    if state and browser and _is_sent(request, ANY):
        async with services.store.writing() as connection:
            begun = await provider_sign_ins.finish(connection, state, browser)
    if begun is None:
        return await _unknown(services, request)
    try:
        await provider.check_sender(iss)
        if error or not code:
            raise ProviderError(SignInProblem.REFUSED, f"the provider refuses: {(error or 'no code')[:100]}")
        claims = await provider.claims_for(code, begun)
    except ProviderError as problem:
        async with services.store.writing() as connection:
            await record_failure(connection, request, "provider")
        return _failed(problem, begun.destination)
    async with services.store.writing() as connection:
        person = await take_over(connection, settings, provider.issuer, claims, address_of(request))
        started = await start_session(services, connection, request, person, "provider")
        if started is None:
            await record_failure(connection, request, "provider", person)
    if started is None:
        return _failed(ProviderError(SignInProblem.DISABLED, "the person is disabled"), begun.destination)
    response = _redirect(begun.destination)
    set_cookie(response, request, settings.public_url, started[0])
    return response


async def _unknown(services: Services, request: Request) -> Response:
    """Answer somebody who did not begin a sign-in here."""
    async with services.store.writing() as connection:
        await record_failure(connection, request, "provider")
    return _failed(ProviderError(SignInProblem.EXPIRED, "the sign-in has expired, or is another browser's"), "/")


def _is_sent(request: Request, sites: frozenset[str]) -> bool:
    """Return whether the browser itself goes here, sent by one of these sites. Browsers say so under TLS and on
    loopback; where one does not, nothing is known against it."""
    headers = request.headers
    return (
        headers.get("sec-fetch-site", "none") in sites
        and headers.get("sec-fetch-mode", "navigate") == "navigate"
        and headers.get("sec-fetch-dest", "document") == "document"
    )


def _provider(services: Services) -> Provider:
    if services.provider is None:
        raise NotFoundError("There is no identity provider: BOTARMY_OIDC_ISSUER is not set.")
    return services.provider


def _destination(path: str | None) -> str:
    """Return a path of the page, and nothing that leads anywhere else."""
    return (
        path if path and _LOCAL_PATH.fullmatch(path) and not path.startswith(("/sign-in", "/auth/", "/api/")) else "/"
    )


def _failed(error: ProviderError, destination: str) -> Response:
    log.warning("sign_in_failed", reason=str(error))
    return _redirect(f"/sign-in?{urlencode({'problem': error.problem, 'next': destination})}")


def _redirect(address: str) -> Response:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(address, SEE_OTHER, headers)
