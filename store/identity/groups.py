"""The groups of people and services. Each source says which it knows of, and replaces only what it said before.

A name means one group, whichever sources name its members. A group exists while an administrator keeps it here, or
somebody belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.identity import PrincipalKind
from store.identity import group_roles
from store.identity.group_roles import ProjectOfGroup
from store.identity.principals import LOCAL
from store.statement import run

_SET: LiteralString = """
WITH gone AS (
    DELETE FROM group_member WHERE principal_id = %(principal_id)s AND source = %(source)s
    AND name <> ALL(%(names)s::text[])
)
INSERT INTO group_member (principal_id, source, name) SELECT %(principal_id)s, %(source)s, unnest(%(names)s::text[])
ON CONFLICT DO NOTHING
"""

_OF: LiteralString = """
SELECT principal_id, array_agg(DISTINCT name ORDER BY name) AS names FROM group_member
WHERE principal_id = ANY(%(ids)s) GROUP BY principal_id
"""

_ALL: LiteralString = """
SELECT coalesce(local_group.name, group_member.name) AS name, local_group.created_by, local_group.created_at,
       principal.id, principal.name AS member, principal.kind, array_agg(group_member.source ORDER BY source) AS sources
FROM local_group
FULL JOIN group_member ON group_member.name = local_group.name
LEFT JOIN principal ON principal.id = group_member.principal_id
GROUP BY 1, 2, 3, principal.id
ORDER BY 1, principal.name, principal.id
"""

_EXISTS: LiteralString = """
SELECT 1 AS found WHERE EXISTS (SELECT FROM local_group WHERE name = %(name)s)
                     OR EXISTS (SELECT FROM group_member WHERE name = %(name)s)
"""

# Until this transaction ends, nobody else creates or removes the group, adds to it, or sets its roles.
_LOCK: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended('group ' || %(name)s, 0))"

# A group of this name whose last member has left still has its roles: a new one must not.
_CREATE: LiteralString = """
WITH created AS (
    INSERT INTO local_group (name, created_by, created_at) VALUES (%(name)s, %(by)s, clock_timestamp())
    ON CONFLICT DO NOTHING RETURNING name
), roles AS (
    DELETE FROM group_role WHERE group_name IN (SELECT name FROM created)
    AND NOT EXISTS (SELECT FROM group_member WHERE name = %(name)s)
)
SELECT name FROM created
"""

_REMOVE: LiteralString = """
WITH members AS (DELETE FROM group_member WHERE name = %(name)s AND source = %(source)s RETURNING name),
     roles AS (DELETE FROM group_role WHERE group_name = %(name)s RETURNING role),
     own AS (DELETE FROM local_group WHERE name = %(name)s RETURNING name)
SELECT 1 AS found
WHERE EXISTS (SELECT FROM members) OR EXISTS (SELECT FROM own) OR EXISTS (SELECT FROM roles)
"""

_ADD: LiteralString = """
INSERT INTO group_member (principal_id, source, name) VALUES (%(principal_id)s, %(source)s, %(name)s)
ON CONFLICT DO NOTHING RETURNING name
"""

_TAKE: LiteralString = """
DELETE FROM group_member WHERE principal_id = %(principal_id)s AND source = %(source)s AND name = %(name)s
RETURNING name
"""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """Somebody in a group, and the sources that say so: LOCAL, or the issuers of identity providers."""

    id: UUID
    name: str
    kind: PrincipalKind
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group, its members, and where it has roles. `created_by` is None if only an identity provider knows it."""

    name: str
    created_by: str | None
    created_at: datetime | None
    members: tuple[GroupMember, ...]
    projects: tuple[ProjectOfGroup, ...]


async def find_all(connection: AsyncConnection) -> list[Group]:
    """Return all groups by name."""
    found, projects = [], await group_roles.by_group(connection)
    for name, rows in groupby(await run(connection, _ALL), lambda row: row.name):
        first, *others = rows
        members = tuple(
            GroupMember(row.id, row.member, PrincipalKind(row.kind), tuple(row.sources))
            for row in (first, *others)
            if row.id is not None
        )
        found.append(Group(name, first.created_by, first.created_at, members, tuple(projects.get(name, ()))))
    return found


async def exists(connection: AsyncConnection, name: str) -> bool:
    return bool(await run(connection, _EXISTS, name=name))


async def lock(connection: AsyncConnection, name: str) -> None:
    """Wait for others who change a group, and keep them out until this transaction ends."""
    await run(connection, _LOCK, name=name)


async def create(connection: AsyncConnection, name: str, created_by: str) -> bool:
    """Create a group. Return False if it was created before."""
    return bool(await run(connection, _CREATE, name=name, by=created_by))


async def remove(connection: AsyncConnection, name: str) -> bool:
    """Remove a group from here, with its roles in projects. Those whom an identity provider names stay its members.
    Return whether there was one."""
    return bool(await run(connection, _REMOVE, name=name, source=LOCAL))


async def add(connection: AsyncConnection, name: str, principal_id: UUID) -> bool:
    """Add somebody to a group. Return False if an administrator added them before."""
    return bool(await run(connection, _ADD, principal_id=principal_id, source=LOCAL, name=name))


async def take(connection: AsyncConnection, name: str, principal_id: UUID) -> bool:
    """Take somebody out of a group. Return False if no administrator has added them."""
    return bool(await run(connection, _TAKE, principal_id=principal_id, source=LOCAL, name=name))


async def replace(
    connection: AsyncConnection, principal_id: UUID, names: Iterable[str], *, source: str = LOCAL
) -> None:
    """Set the groups that a source knows of a principal: an administrator here, or an identity provider's issuer."""
    await run(connection, _SET, principal_id=principal_id, source=source, names=sorted(set(names)))


async def of(connection: AsyncConnection, principal_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the groups of these principals, by principal, of all sources; those without any are missing."""
    return {row.principal_id: row.names for row in await run(connection, _OF, ids=list(principal_ids))}
