"""Start a browser's session, however its person signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.addresses import address_of
from api.auth.authenticator import MAX_TOKEN
from api.auth.caller import Caller
from api.auth.cookies import cookie_name
from api.services import Services
from models.contracts.identity import AuthEventKind, Permission
from store.identity import auth_events, credentials, principals, sessions
from store.identity.secrets import hash_of

MAX_AGENT = 200


async def start_session(
    services: Services,
    connection: AsyncConnection,
    request: Request,
    principal_id: UUID,
    by: str,
    made_with: Sequence[bytes] = (),
) -> tuple[str, Caller] | None:
    """Start a session, and end the one that the browser had. Return the cookie and whose it is, or None if the person
    is disabled. The session ends with the tokens that it was made with."""
    if not await principals.lock(connection, principal_id):
        return None
    agent = request.headers.get("user-agent", "")[:MAX_AGENT]
    cookie = await sessions.create(connection, principal_id, agent, made_with)
    hashed = hash_of(cookie)
    credential = (await credentials.find(connection, [hashed])).get(hashed)
    if credential is None:
        return None
    services.authenticator.known.add(hashed)
    earlier = request.cookies.get(cookie_name(request, services.settings.public_url))
    if earlier is not None:
        await sessions.end_cookie(connection, hash_of(earlier[:MAX_TOKEN]))
        services.authenticator.forget(hash_of(earlier[:MAX_TOKEN]))
    kind, address = AuthEventKind.SIGNED_IN, address_of(request)
    await auth_events.record(connection, kind, principal_id, credential.name, address, principal_id, by=by)
    return cookie, Caller.of(credential, hashed)


async def makers_of(services: Services, connection: AsyncConnection, link: Any) -> tuple[bytes, ...] | None:
    """Return the tokens that end the session that a link starts, or None if who created the link has signed out since,
    or may no longer create it. An administrator's link for somebody else does not make that person's session end."""
    if link.credential is None:
        return ()
    creator = await services.authenticator.current(connection, bytes(link.credential))
    if creator is None:
        return None
    if creator.principal_id == link.principal_id:
        return creator.makes_with
    return () if creator.may(Permission.ADMIN, None) else None


async def record_failure(
    connection: AsyncConnection, request: Request, by: str, principal_id: UUID | None = None
) -> None:
    """Record a failed sign-in, without what was typed."""
    kind, address = AuthEventKind.SIGN_IN_FAILED, address_of(request)
    await auth_events.record(connection, kind, principal_id, "unknown", address, by=by)
