"""Record in the audit log who did what, from where."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.addresses import address_of
from api.auth.caller import ADMIN_ROLES, Caller, SignInMethod
from api.errors import ConflictError
from models.contracts.identity import AuthEventKind
from store.identity import auth_events, principals


async def record(
    connection: AsyncConnection,
    request: Request,
    caller: Caller,
    kind: AuthEventKind,
    principal_id: UUID | None = None,
    **data: Any,
) -> None:
    """Record what the caller did, by default to itself."""
    about = principal_id or caller.principal_id
    await auth_events.record(connection, kind, about, caller.name, address_of(request), caller.principal_id, **data)


async def record_about_group(
    connection: AsyncConnection, request: Request, caller: Caller, kind: AuthEventKind, group: str, **data: Any
) -> None:
    """Record what the caller did to a group, which is no principal."""
    who = (caller.name, address_of(request), caller.principal_id)
    await auth_events.record(connection, kind, None, *who, group=group, **data)


async def principal_of(connection: AsyncConnection, caller: Caller) -> UUID:
    """Return the caller's principal. That of the administrator in the settings is written when it is first needed.

    Raises:
        ConflictError: nobody signs in here.
    """
    if caller.principal_id is None:
        raise ConflictError("This API has no sign-in: BOTARMY_AUTH is none.")
    if caller.method is SignInMethod.ADMIN_TOKEN:
        await principals.add(
            connection,
            caller.name,
            ADMIN_ROLES,
            caller.name,
            id=caller.principal_id,
            issuer=principals.SETTINGS,
            subject=caller.name,
        )
    return caller.principal_id
