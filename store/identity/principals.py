"""People and services, and their roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.contracts.identity import AccessRole, PrincipalKind
from store.statement import run

LOCAL = "botarmy"
"""The issuer of identities that an administrator creates here."""

SETTINGS = "botarmy:settings"
"""The issuer of the administrator with the token from the settings."""

_ADD: LiteralString = """
WITH added AS (
    INSERT INTO principal (id, kind, name, created_at) VALUES (%(id)s, %(kind)s, %(name)s, clock_timestamp())
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), known AS (
    INSERT INTO identity (issuer, subject, principal_id, created_at)
    SELECT %(issuer)s, %(subject)s, id, clock_timestamp() FROM added
), granted AS (
    INSERT INTO membership (id, principal_id, project_id, role, granted_by, granted_at)
    SELECT gen_random_uuid(), id, NULL, unnest(%(roles)s::text[]), %(granted_by)s, clock_timestamp() FROM added
)
SELECT id FROM added
"""

# The roles are locked with their principal, so that two changes follow each other. A role that groups gave is the
# administrator's from now on, and does not end with them.
_SET_ROLES: LiteralString = """
WITH gone AS (
    DELETE FROM membership WHERE principal_id = %(principal_id)s AND project_id IS NOT DISTINCT FROM %(project_id)s
    AND role <> ALL(%(roles)s::text[])
)
INSERT INTO membership (id, principal_id, project_id, role, granted_by, granted_at)
SELECT gen_random_uuid(), %(principal_id)s, %(project_id)s, unnest(%(roles)s::text[]), %(granted_by)s, clock_timestamp()
ON CONFLICT (principal_id, project_id, role) DO UPDATE SET
    from_groups = false, granted_by = EXCLUDED.granted_by, granted_at = EXCLUDED.granted_at
    WHERE membership.from_groups
"""

_LOCK: LiteralString = """
SELECT 1 AS found FROM principal WHERE id = %(id)s AND disabled_at IS NULL FOR NO KEY UPDATE
"""

_MEMBERS: LiteralString = """
SELECT principal.id, principal.kind, principal.name, min(membership.granted_at) AS since,
       array_agg(membership.role ORDER BY membership.role) AS roles
FROM membership JOIN principal ON principal.id = membership.principal_id
WHERE membership.project_id = %(project_id)s
GROUP BY principal.id
ORDER BY principal.name, principal.id
"""


@dataclass(frozen=True, slots=True)
class Member:
    """Someone with roles in a project."""

    id: UUID
    kind: PrincipalKind
    name: str
    roles: tuple[AccessRole, ...]
    since: datetime


async def add(
    connection: AsyncConnection,
    name: str,
    roles: Iterable[AccessRole],
    granted_by: str,
    *,
    id: UUID | None = None,
    kind: PrincipalKind = PrincipalKind.PERSON,
    issuer: str = LOCAL,
    subject: str | None = None,
) -> UUID:
    """Add a principal with roles in all projects, and return its id. One that exists already is left as it is."""
    id = id or uuid7()
    values = {"issuer": issuer, "subject": subject or str(id), "roles": [str(role) for role in roles]}
    await run(connection, _ADD, id=id, kind=str(kind), name=name, granted_by=granted_by, **values)
    return id


async def lock(connection: AsyncConnection, principal_id: UUID) -> bool:
    """Wait until nobody else starts or ends what this principal is signed in with, and let nobody do so until this
    transaction ends. What was committed meanwhile is visible to the next statement. Return whether it may sign in."""
    return bool(await run(connection, _LOCK, id=principal_id))


async def exists(connection: AsyncConnection, principal_id: UUID) -> bool:
    return bool(await run(connection, "SELECT 1 AS found FROM principal WHERE id = %(id)s", id=principal_id))


async def set_roles(
    connection: AsyncConnection,
    principal_id: UUID,
    project_id: UUID | None,
    roles: Iterable[AccessRole],
    granted_by: str,
) -> None:
    """Replace a principal's roles in a project, or in all of them if it is None."""
    await run(
        connection,
        _SET_ROLES,
        principal_id=principal_id,
        project_id=project_id,
        roles=[str(role) for role in roles],
        granted_by=granted_by,
    )


async def members(connection: AsyncConnection, project_id: UUID) -> list[Member]:
    """Return those with roles in this project, without those who have them in all projects."""
    rows = await run(connection, _MEMBERS, project_id=project_id)
    return [
        Member(row.id, PrincipalKind(row.kind), row.name, tuple(AccessRole(role) for role in row.roles), row.since)
        for row in rows
    ]
