"""By what sessions and tokens came to be: they end with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from store.statement import run

_HOLD_TOKEN: LiteralString = """
SELECT id FROM api_token WHERE id = %(id)s AND revoked_at IS NULL AND expires_at > clock_timestamp() FOR SHARE
"""

_HOLD_PRINCIPAL: LiteralString = "SELECT id FROM principal WHERE id = %(id)s AND disabled_at IS NULL FOR SHARE"

_LOCK: LiteralString = "SELECT id FROM principal WHERE id = %(id)s AND disabled_at IS NULL FOR NO KEY UPDATE"

# A token that is created meanwhile holds its parent, and is found by the next round.
_REVOKE_CHILDREN: LiteralString = """
WITH RECURSIVE family AS (
    SELECT id FROM api_token WHERE id = ANY(%(ids)s)
    UNION SELECT child.id FROM api_token child JOIN family ON child.parent_id = family.id
), tokens AS (
    UPDATE api_token SET revoked_at = clock_timestamp()
    WHERE id IN (SELECT id FROM family) AND revoked_at IS NULL
    RETURNING token_hash
), sessions AS (
    UPDATE session SET ended_at = clock_timestamp()
    WHERE token_id IN (SELECT id FROM family) AND ended_at IS NULL
    RETURNING token_hash
)
SELECT token_hash FROM tokens UNION ALL SELECT token_hash FROM sessions
"""

# What a service has stays: it is there to outlive the people who set it up.
_WITHDRAW: LiteralString = """
WITH granter AS (
    SELECT %(id)s::uuid AS id WHERE NOT EXISTS (
        SELECT FROM membership JOIN principal ON principal.id = membership.principal_id
        WHERE principal.id = %(id)s AND disabled_at IS NULL AND role = 'admin' AND project_id IS NULL)
), tokens AS (
    UPDATE api_token SET revoked_at = clock_timestamp() FROM principal, granter
    WHERE api_token.granted_by = granter.id AND revoked_at IS NULL
      AND principal.id = api_token.principal_id AND principal.kind = 'person'
    RETURNING token_hash
), sessions AS (
    UPDATE session SET ended_at = clock_timestamp() FROM granter
    WHERE granted_by = granter.id AND ended_at IS NULL
    RETURNING token_hash
)
SELECT token_hash FROM tokens UNION ALL SELECT token_hash FROM sessions
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """The token by which a session or a token came to be, and the person who created the link, if it was another
    one."""

    token_id: UUID | None = None
    granted_by: UUID | None = None


BY_ONESELF = Origin()


async def lock(connection: AsyncConnection, principal_id: UUID) -> bool:
    """Return whether a principal may sign in. Until this transaction ends, what signs it in neither ends all at once,
    nor does more of it come to be."""
    return bool(await run(connection, _LOCK, id=principal_id))


async def hold(connection: AsyncConnection, origin: Origin) -> bool:
    """Return whether an origin is still valid, and keep it so until this transaction ends."""
    if origin.token_id is not None and not await run(connection, _HOLD_TOKEN, id=origin.token_id):
        return False
    return origin.granted_by is None or bool(await run(connection, _HOLD_PRINCIPAL, id=origin.granted_by))


async def revoke_with(connection: AsyncConnection, token_ids: list[UUID]) -> list[bytes]:
    """Revoke tokens with all that came to be by them. Return the hashes of cookies and tokens."""
    revoked: list[bytes] = []
    while rows := await run(connection, _REVOKE_CHILDREN, ids=token_ids):
        revoked += [bytes(row.token_hash) for row in rows]
    return revoked


async def withdraw(connection: AsyncConnection, principal_id: UUID) -> list[bytes]:
    """End what signs others in by the links of somebody who may no longer create them: a disabled person, or one who is
    no administrator any more. Return the hashes of cookies and tokens."""
    return [bytes(row.token_hash) for row in await run(connection, _WITHDRAW, id=principal_id)]
