"""The groups of people and services. Each source says which it knows of, and replaces only what it said before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

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


async def replace(
    connection: AsyncConnection, principal_id: UUID, names: Iterable[str], *, source: str = LOCAL
) -> None:
    """Set the groups that a source knows of a principal: an administrator here, or an identity provider's issuer."""
    await run(connection, _SET, principal_id=principal_id, source=source, names=sorted(set(names)))


async def of(connection: AsyncConnection, principal_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the groups of these principals, by principal, of all sources; those without any are missing."""
    return {row.principal_id: row.names for row in await run(connection, _OF, ids=list(principal_ids))}
