"""What outlives the request that creates it: tokens, links and passwords. Its creator has to be signed in when it is
created, and not only within the seconds for which a process remembers callers."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth import audit
from api.auth.caller import Caller, SignInMethod
from api.errors import NotSignedInError
from api.services import Services
from models.contracts.identity import CodePurpose, Permission
from store.identity import credentials, origins, sessions
from store.identity.origins import BY_ONESELF, Origin
from store.identity.secrets import hash_of


async def hold_creator(connection: AsyncConnection, caller: Caller) -> tuple[UUID, Origin]:
    """Return the caller's principal, and the origin of what it creates. Both stay valid until this transaction ends.

    Raises:
        NotSignedInError: it has been signed out, or its token revoked.
        ConflictError: nobody signs in here.
    """
    principal_id = await audit.principal_of(connection, caller)
    is_enabled = await origins.lock(connection, principal_id)
    if caller.method is SignInMethod.ADMIN_TOKEN:
        return principal_id, BY_ONESELF
    hashed = caller.credential or b""
    credential = (await credentials.find(connection, [hashed])).get(hashed)
    if not is_enabled or credential is None or not await origins.hold(connection, credential.origin):
        raise NotSignedInError("The session or token is not valid any more.")
    return principal_id, credential.origin


async def create_link(services: Services, connection: AsyncConnection, caller: Caller, principal_id: UUID) -> str:
    """Return the code of a link that signs a person in, as long as its creator is signed in and may create it."""
    code = await sessions.create_code(connection, CodePurpose.LINK, principal_id, caller.credential)
    services.authenticator.known_codes.add(hash_of(code))
    return code


async def use_link(services: Services, connection: AsyncConnection, code: str) -> tuple[UUID, Origin] | None:
    """Use a link up. Return who signs in by it, or None if it is no longer valid: it may have ended with its creator's
    session, token or rights."""
    used = await sessions.use_code(connection, CodePurpose.LINK, code)
    if used is None:
        return None
    person: UUID = used.principal_id
    hashed = bytes(used.credential or b"")
    if not hashed or services.authenticator.is_admin(hashed):
        return person, BY_ONESELF
    creator = (await credentials.find(connection, [hashed])).get(hashed)
    if creator is None:
        return None
    if creator.principal_id == person:
        return person, creator.origin
    if not Caller.of(creator, hashed).may(Permission.ADMIN, None):
        return None
    return person, replace(creator.origin, granted_by=creator.origin.granted_by or creator.principal_id)
