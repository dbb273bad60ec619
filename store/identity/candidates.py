"""What the records know of somebody who wants to decide, read with one statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.approvals import Candidate, Voter
from models.contracts.identity import GRANTS, AccessRole, Permission, PrincipalKind
from store.identity.group_roles import HELD
from store.identity.principals import LOCAL, SETTINGS
from store.statement import run

# A login is unique, a name is not. Whom an identity provider knows is named by issuer and subject: people may choose
# their name there themselves.
_FIND: LiteralString = """
SELECT principal.kind, principal.disabled_at IS NOT NULL AS is_disabled,
       ARRAY(SELECT CASE WHEN issuer = ANY(%(ours)s) THEN coalesce(account.login, principal.name)
                         ELSE issuer || '#' || subject END
             FROM identity WHERE principal_id = principal.id) AS names,
       ARRAY(SELECT name FROM group_member WHERE principal_id = principal.id) AS groups,
       ARRAY(SELECT role FROM {held} AS held WHERE project_id = %(project_id)s) AS roles,
       ARRAY(SELECT role FROM {held} AS held WHERE project_id IS NULL) AS roles_everywhere
FROM principal LEFT JOIN account ON account.principal_id = principal.id WHERE principal.id = %(id)s
""".replace("{held}", HELD)


async def find(connection: AsyncConnection, voter: Voter, project_id: UUID | None) -> Candidate:
    """Return what is known of a voter in a project. One who is not in the records cannot sign in."""
    rows = await run(connection, _FIND, id=voter.principal_id, ours=[LOCAL, SETTINGS], project_id=project_id)
    own = frozenset({str(voter.principal_id)})
    if voter.is_administrator:  # the settings have the name and the roles
        groups = frozenset(rows[0].groups if rows else ())
        return Candidate(name=voter.name, names=own | {voter.name}, groups=groups)
    if not rows:
        return Candidate(name=voter.name, is_disabled=True)
    (row,) = rows
    return Candidate(
        name=voter.name,
        names=own | frozenset(row.names),
        groups=frozenset(row.groups),
        may_decide=_may_decide(row.roles + row.roles_everywhere),
        may_decide_everywhere=_may_decide(row.roles_everywhere),
        is_service=row.kind == PrincipalKind.SERVICE,
        is_disabled=row.is_disabled,
    )


def _may_decide(roles: Iterable[str]) -> bool:
    return any(Permission.DECIDE in GRANTS[AccessRole(role)] for role in roles)
