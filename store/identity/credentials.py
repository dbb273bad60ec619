"""Find whose a cookie or a token is, with one statement on unique indexes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.identity import ALL_PERMISSIONS, AccessRole, Permission, PrincipalKind
from store.identity.group_roles import HELD
from store.statement import run

IDLE = timedelta(hours=8)
"""How long an unused session lasts."""

_FIND: LiteralString = """
WITH found AS (
    SELECT token_hash, id, principal_id, made_with, NULL::text[] AS scopes, NULL::uuid AS project_id,
           last_seen_at < clock_timestamp() - interval '1 minute' AS is_stale
    FROM session
    WHERE token_hash = ANY(%(hashes)s) AND ended_at IS NULL AND expires_at > clock_timestamp()
      AND last_seen_at > clock_timestamp() - %(idle)s
    UNION ALL
    SELECT token_hash, id, principal_id, made_with, scopes, project_id,
           coalesce(last_used_at < clock_timestamp() - interval '1 minute', true)
    FROM api_token
    WHERE token_hash = ANY(%(hashes)s) AND revoked_at IS NULL AND expires_at > clock_timestamp()
)
SELECT found.*, principal.name, principal.kind, account.login,
       (SELECT coalesce(array_agg(project_id::text || ' ' || role) FILTER (WHERE project_id IS NOT NULL), '{}')
        || coalesce(array_agg(' ' || role) FILTER (WHERE project_id IS NULL), '{}')
        FROM {held} AS held) AS roles
FROM found JOIN principal ON principal.id = found.principal_id AND principal.disabled_at IS NULL
LEFT JOIN account ON account.principal_id = principal.id
""".replace("{held}", HELD)

_TOUCH: LiteralString = """
WITH seen AS (UPDATE session SET last_seen_at = clock_timestamp() WHERE id = %(id)s)
UPDATE api_token SET last_used_at = clock_timestamp() WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Credential:
    """A valid cookie or token, and whose it is. `made_with` are the hashes of the tokens with which it was made;
    `is_stale` if its last use should be recorded."""

    id: UUID
    is_session: bool
    principal_id: UUID
    name: str
    login: str | None
    is_service: bool
    scopes: frozenset[Permission]
    project_id: UUID | None
    roles: dict[UUID | None, frozenset[AccessRole]]
    made_with: tuple[bytes, ...]
    is_stale: bool


async def find(connection: AsyncConnection, hashes: Collection[bytes]) -> dict[bytes, Credential]:
    """Return the valid ones of these credentials, by their hash."""
    rows = await run(connection, _FIND, hashes=list(hashes), idle=IDLE)
    return {bytes(row.token_hash): _credential_of(row) for row in rows}


async def touch(connection: AsyncConnection, credential_id: UUID) -> None:
    """Record that a credential is used."""
    await run(connection, _TOUCH, id=credential_id)


def _credential_of(row: Any) -> Credential:
    roles = defaultdict[UUID | None, set[AccessRole]](set)
    for text in row.roles:
        project_id, _, role = text.partition(" ")
        roles[UUID(project_id) if project_id else None].add(AccessRole(role))
    return Credential(
        id=row.id,
        is_session=row.scopes is None,
        principal_id=row.principal_id,
        name=row.name,
        login=row.login,
        is_service=row.kind == PrincipalKind.SERVICE,
        scopes=ALL_PERMISSIONS if row.scopes is None else frozenset(map(Permission, row.scopes)),
        project_id=row.project_id,
        roles={project_id: frozenset(held) for project_id, held in roles.items()},
        made_with=tuple(map(bytes, row.made_with)),
        is_stale=row.is_stale,
    )
