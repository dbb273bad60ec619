"""People whom an identity provider knows: found by issuer and subject, with the roles that its groups give."""

from __future__ import annotations

from collections.abc import Collection
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.identity import AccessRole
from store.identity import principals
from store.statement import run

# Two tabs in which somebody signs in for the first time follow each other.
_LOCK: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended(%(issuer)s || ' ' || %(subject)s, 0))"

_FIND: LiteralString = """
UPDATE principal SET name = %(name)s FROM identity
WHERE identity.issuer = %(issuer)s AND identity.subject = %(subject)s AND principal.id = identity.principal_id
RETURNING principal.id
"""

_SET_ROLES: LiteralString = """
WITH gone AS (
    DELETE FROM membership WHERE principal_id = %(principal_id)s AND project_id IS NULL AND from_groups
    AND role <> ALL(%(roles)s::text[])
    RETURNING role
), given AS (
    INSERT INTO membership (id, principal_id, project_id, role, granted_by, granted_at, from_groups)
    SELECT gen_random_uuid(), %(principal_id)s, NULL, unnest(%(roles)s::text[]), %(granted_by)s, clock_timestamp(), true
    ON CONFLICT DO NOTHING
    RETURNING role
)
SELECT role FROM gone UNION ALL SELECT role FROM given
"""


async def find_or_add(connection: AsyncConnection, issuer: str, subject: str, name: str) -> UUID:
    """Return the person with this identity, who has this name from now on."""
    await run(connection, _LOCK, issuer=issuer, subject=subject)
    rows = await run(connection, _FIND, issuer=issuer, subject=subject, name=name)
    if rows:
        found: UUID = rows[0].id
        return found
    return await principals.add(connection, name, (), issuer, issuer=issuer, subject=subject)


async def set_group_roles(
    connection: AsyncConnection, principal_id: UUID, roles: Collection[AccessRole], issuer: str
) -> bool:
    """Replace the roles in all projects that groups gave. What an administrator gave stays. Return whether any
    changed."""
    values = {"roles": [str(role) for role in roles], "granted_by": issuer}
    return bool(await run(connection, _SET_ROLES, principal_id=principal_id, **values))
