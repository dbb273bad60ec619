"""Check the caller again in the transaction of what outlasts its credential: people, roles, passwords, links and
tokens. A request knows its caller from up to CACHE_SECONDS ago."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth import audit
from api.auth.authenticator import NOT_VALID
from api.auth.caller import Caller
from api.auth.permissions import NEEDS, Instance, Project
from api.errors import NotSignedInError
from api.services import Services
from store.identity import principals


async def require_current(connection: AsyncConnection, request: Request, project_id: UUID | None = None) -> Caller:
    """Check that the caller is still signed in, and still has what the endpoint needs. Return it as it is now.

    Raises:
        NotSignedInError: its session or token has ended.
        NotFoundError, ForbiddenError: as `Caller.require` does.
    """
    caller: Caller = request.state.caller
    if caller.credential is None:
        return caller
    services: Services = request.app.state.services
    current = await services.authenticator.current(connection, caller.credential)
    if current is None:
        raise NotSignedInError(NOT_VALID)
    need = NEEDS[request.scope["route"].name]
    if isinstance(need, Instance | Project):
        current.require(need.permission, project_id)
    return current


@asynccontextmanager
async def changing_own(services: Services, request: Request) -> AsyncIterator[tuple[AsyncConnection, UUID]]:
    """Open a transaction in which nobody else changes what the caller is signed in with. Yield its connection and the
    caller's principal. Raises as `require_current` does."""
    caller: Caller = request.state.caller
    async with services.authenticator.turn_of(caller.principal_id), services.store.writing() as connection:
        principal_id = await audit.principal_of(connection, caller)
        await principals.lock(connection, principal_id)
        await require_current(connection, request)
        yield connection, principal_id
