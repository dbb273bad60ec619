"""Who administers the installation: there is always somebody."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from store.statement import run

# Locked, so that two administrators who disable each other follow one another, and the second is refused.
_LOCK: LiteralString = """
SELECT principal.id FROM principal
JOIN membership ON membership.principal_id = principal.id AND membership.role = 'admin'
    AND membership.project_id IS NULL
WHERE principal.disabled_at IS NULL AND principal.kind = 'person'
    AND NOT EXISTS (SELECT FROM identity WHERE identity.principal_id = principal.id AND issuer = %(except_issuer)s)
ORDER BY principal.id
FOR UPDATE OF principal, membership
"""


async def lock(connection: AsyncConnection, except_issuer: str) -> set[UUID]:
    """Return the people who administer all projects, as they are until this transaction ends, without those that are
    known by this issuer."""
    return {row.id for row in await run(connection, _LOCK, except_issuer=except_issuer)}


async def claim_first(connection: AsyncConnection) -> bool:
    """Return whether there never was an administrator. Until this transaction ends, no other process gets an answer."""
    await run(connection, "SELECT pg_advisory_xact_lock(hashtext('botarmy: first administrator'))")
    rows = await run(
        connection, "SELECT 1 AS found FROM membership WHERE role = 'admin' AND project_id IS NULL LIMIT 1"
    )
    return not rows
