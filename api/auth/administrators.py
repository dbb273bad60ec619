"""There is always an administrator, and a new installation gets its first one."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.caller import ADMIN_ROLES, administrator_id
from api.errors import ConflictError
from api.problem_codes import ProblemCode
from config.settings import Settings
from models.contracts.identity import CodePurpose
from store.database import DATABASE_ERRORS
from store.identity import administrators, principals, sessions
from store.transaction import Store

RETRY_SECONDS = 2.0

log = structlog.get_logger(__name__)


async def require_another_admin(settings: Settings, connection: AsyncConnection, principal_id: UUID) -> None:
    """Check that there is an administrator without this one.

    Raises:
        ConflictError: there is none, or this one comes from the settings.
    """
    if settings.admin_token is not None and principal_id == administrator_id(settings.admin_name):
        raise ConflictError("This administrator comes from the settings, and cannot be changed here.")
    if await lock(connection, settings) == {principal_id}:
        detail = "This is the last administrator. Make somebody else one first."
        raise ConflictError(detail, code=ProblemCode.LAST_ADMIN)


async def lock(connection: AsyncConnection, settings: Settings) -> set[UUID]:
    """Return the administrators, who stay so until this transaction ends; nobody if the settings name one, who always
    stays. All their rows are locked in one order: a transaction that locks a person's row does this before."""
    if settings.admin_token is not None:
        return set()
    return await administrators.lock(connection, principals.SETTINGS)


async def introduce_first_admin(store: Store, settings: Settings) -> None:
    """Add an administrator to a new installation that has none, as soon as the database is available, and log once the
    link that signs them in."""
    if settings.auth == "none" or settings.admin_token is not None:
        return
    while True:
        try:
            code = await _add_first(store, settings)
            break
        except DATABASE_ERRORS:
            await asyncio.sleep(RETRY_SECONDS)
    if code is not None:
        base = settings.public_url[0] if settings.public_url else f"http://127.0.0.1:{settings.port}"
        link = f"{base.rstrip('/')}/sign-in#code={code}"
        log.warning("first_administrator", link=link, hint="Open it once, within a day, and set a password.")


async def _add_first(store: Store, settings: Settings) -> str | None:
    async with store.writing() as connection:
        if not await administrators.claim_first(connection):
            return None
        added = await principals.add(connection, settings.admin_name, ADMIN_ROLES, "BotArmy")
        lifetime = sessions.FIRST_LINK_LIFETIME
        return await sessions.create_code(connection, CodePurpose.LINK, added, lifetime=lifetime)
