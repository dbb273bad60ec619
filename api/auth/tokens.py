"""Revoke API tokens."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request

from api.auth import audit
from api.auth.caller import Caller
from api.errors import NotFoundError
from api.services import Services
from models.contracts.identity import AuthEventKind
from store.identity import api_tokens, principals


async def revoke(services: Services, caller: Caller, request: Request, token_id: UUID) -> None:
    """Revoke one of the caller's tokens, and end what it has made.

    Raises:
        NotFoundError: it has no such token.
    """
    revoked: list[bytes] = []
    async with services.authenticator.turn_of(caller.principal_id), services.store.writing() as connection:
        if caller.principal_id is not None:
            await principals.lock(connection, caller.principal_id)
            revoked = await api_tokens.revoke(connection, token_id, caller.principal_id)
        if revoked:
            await audit.record(connection, request, caller, AuthEventKind.TOKEN_REVOKED, token_id=str(token_id))
    if not revoked:
        raise NotFoundError.of("token", token_id)
    services.authenticator.forget(*revoked)
