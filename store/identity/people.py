"""People and services as an administrator sees them, and whether they may sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.identity import AccessRole, PrincipalKind
from store.identity import api_tokens, sessions
from store.statement import run

_LIST: LiteralString = """
SELECT principal.id, principal.kind, principal.name, account.login, principal.disabled_at IS NOT NULL AS is_disabled,
       ARRAY(SELECT role FROM membership
             WHERE membership.principal_id = principal.id AND project_id IS NULL ORDER BY role) AS roles,
       ARRAY(SELECT DISTINCT name FROM group_member
             WHERE group_member.principal_id = principal.id ORDER BY name) AS groups
FROM principal LEFT JOIN account ON account.principal_id = principal.id
"""

_DISABLE: LiteralString = """
UPDATE principal SET disabled_at = clock_timestamp() WHERE id = %(id)s AND disabled_at IS NULL RETURNING id
"""

_ENABLE: LiteralString = """
UPDATE principal SET disabled_at = NULL WHERE id = %(id)s AND disabled_at IS NOT NULL RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A person or a service with the roles that it has in all projects. `login` is None without a password."""

    id: UUID
    kind: PrincipalKind
    name: str
    login: str | None
    is_disabled: bool
    roles: tuple[AccessRole, ...]
    groups: tuple[str, ...]


async def find_all(connection: AsyncConnection, *, with_disabled: bool) -> list[Person]:
    """Return everybody by name."""
    enabled = "" if with_disabled else "WHERE principal.disabled_at IS NULL "
    rows = await run(connection, _LIST + enabled + "ORDER BY principal.name, principal.id")
    return [_person(row) for row in rows]


async def find(connection: AsyncConnection, principal_id: UUID) -> Person | None:
    rows = await run(connection, _LIST + "WHERE principal.id = %(id)s", id=principal_id)
    return _person(rows[0]) if rows else None


async def disable(connection: AsyncConnection, principal_id: UUID) -> list[bytes] | None:
    """End everything by which somebody is signed in, for good, and let them not sign in again. Return the hashes of the
    cookies and tokens, or None if they are disabled already."""
    if not await run(connection, _DISABLE, id=principal_id):
        return None
    cookies = await sessions.end_all(connection, principal_id)
    return [*cookies, *await api_tokens.revoke(connection, principal_id)]


async def enable(connection: AsyncConnection, principal_id: UUID) -> bool:
    """Let somebody sign in again. Return whether they were disabled."""
    return bool(await run(connection, _ENABLE, id=principal_id))


def _person(row: Any) -> Person:
    return Person(
        id=row.id,
        kind=PrincipalKind(row.kind),
        name=row.name,
        login=row.login,
        is_disabled=row.is_disabled,
        roles=tuple(AccessRole(role) for role in row.roles),
        groups=tuple(row.groups),
    )
