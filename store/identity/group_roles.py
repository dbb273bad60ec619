"""The roles of groups in projects: each member has them for as long as it belongs to the group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.identity import AccessRole
from store.statement import run

HELD: LiteralString = """
(SELECT project_id, role FROM membership WHERE membership.principal_id = principal.id
 UNION SELECT group_role.project_id, group_role.role
 FROM group_member JOIN group_role ON group_role.group_name = group_member.name
 WHERE group_member.principal_id = principal.id)
"""
"""The roles that a principal has, by itself and by its groups; `project_id` is NULL for those in all projects."""

_SET: LiteralString = """
WITH gone AS (
    DELETE FROM group_role WHERE project_id = %(project_id)s AND group_name = %(group)s
    AND role <> ALL(%(roles)s::text[])
    RETURNING role
), given AS (
    INSERT INTO group_role (project_id, group_name, role, granted_by, granted_at)
    SELECT %(project_id)s, %(group)s, unnest(%(roles)s::text[]), %(granted_by)s, clock_timestamp()
    ON CONFLICT DO NOTHING
    RETURNING role
)
SELECT role FROM gone UNION ALL SELECT role FROM given
"""

_OF: LiteralString = """
SELECT group_name, array_agg(role ORDER BY role) AS roles, min(granted_at) AS since,
       (SELECT count(DISTINCT principal_id) FROM group_member WHERE name = group_name) AS members
FROM group_role WHERE project_id = %(project_id)s GROUP BY group_name ORDER BY group_name
"""


_ALL: LiteralString = """
SELECT group_name, project.id, project.name, array_agg(role ORDER BY role) AS roles
FROM group_role JOIN project ON project.id = project_id
GROUP BY group_name, project.id ORDER BY group_name, project.id DESC
"""


@dataclass(frozen=True, slots=True)
class ProjectOfGroup:
    """A project in which a group has roles."""

    project_id: UUID
    name: str
    roles: tuple[AccessRole, ...]


@dataclass(frozen=True, slots=True)
class GroupInProject:
    """A group with roles in a project, and how many belong to it."""

    name: str
    roles: tuple[AccessRole, ...]
    members: int
    since: datetime


async def replace(
    connection: AsyncConnection, project_id: UUID, group: str, roles: Iterable[AccessRole], granted_by: str
) -> bool:
    """Replace a group's roles in a project. Return whether any changed."""
    values = {"roles": [str(role) for role in roles], "granted_by": granted_by}
    return bool(await run(connection, _SET, project_id=project_id, group=group, **values))


async def of_project(connection: AsyncConnection, project_id: UUID) -> list[GroupInProject]:
    """Return the groups with roles in a project, by name."""
    return [
        GroupInProject(row.group_name, tuple(AccessRole(role) for role in row.roles), row.members, row.since)
        for row in await run(connection, _OF, project_id=project_id)
    ]


async def by_group(connection: AsyncConnection) -> dict[str, list[ProjectOfGroup]]:
    """Return the projects in which groups have roles, newest first, by the names of the groups."""
    found = defaultdict[str, list[ProjectOfGroup]](list)
    for row in await run(connection, _ALL):
        found[row.group_name].append(ProjectOfGroup(row.id, row.name, tuple(map(AccessRole, row.roles))))
    return found
