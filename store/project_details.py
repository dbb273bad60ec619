"""What people may change of a project at any time: its name, owner and tags, and whether it is archived or kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.contracts.enums import ParentKind
from models.contracts.event_data import ProjectChange
from models.tables import PROJECT
from store.statement import run, with_statuses
from store.transaction import Transaction

_UPDATE: LiteralString = with_statuses("""
UPDATE project SET name = %(name)s, owner = %(owner)s, tags = %(tags)s,
                   archived_at = CASE WHEN %(archived)s THEN coalesce(archived_at, clock_timestamp()) END,
                   kept_at = CASE WHEN %(kept)s THEN coalesce(kept_at, clock_timestamp()) END
WHERE id = %(id)s AND (status IN {final_project_statuses} OR NOT %(archived)s)
RETURNING id
""")

_KEPT_BY: LiteralString = """
SELECT data ->> 'by' FROM event
WHERE project_id = %(id)s AND event_type = 'project_change' AND data @> '{"kept": true}'
ORDER BY seq DESC LIMIT 1
"""

_CHILDREN: LiteralString = """
SELECT id, name, parent_kind, status FROM project WHERE parent_id = %(id)s ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Child:
    """A project that comes from another one."""

    id: UUID
    name: str
    kind: ParentKind
    status: str


async def change(tx: Transaction, changes: Mapping[str, Any], by: str) -> bool:
    """Set the name, owner or tags of a project, or whether it is `archived` or `kept`, and record what has changed.

    Call this last in the transaction. Only a project that has ended can be archived: False if it has not; the
    transaction must then be rolled back.
    """
    columns = (PROJECT.c.name, PROJECT.c.owner, PROJECT.c.tags, PROJECT.c.archived_at, PROJECT.c.kept_at)
    row = (await tx.connection.execute(select(*columns).where(PROJECT.c.id == tx.project_id))).one()
    now = {
        "name": row.name,
        "owner": row.owner,
        "tags": list(row.tags),
        "archived": row.archived_at is not None,
        "kept": row.kept_at is not None,
    }
    changed = {name: value for name, value in changes.items() if value != now[name]}
    if not changed:
        return True
    tx.record(ProjectChange(by=by, **changed), key=f"changed:{uuid7()}")
    return bool(await run(tx.connection, _UPDATE, id=tx.project_id, **(now | changed)))


async def kept_by(connection: AsyncConnection, project_id: UUID) -> str | None:
    """Return who marked a project to be kept, the last time that somebody did."""
    rows = list(await run(connection, _KEPT_BY, id=project_id))
    return rows[0][0] if rows else None


async def children(connection: AsyncConnection, project_id: UUID) -> list[Child]:
    """Return the projects that come from a project, oldest first."""
    return [
        Child(row.id, row.name, ParentKind(row.parent_kind), row.status)
        for row in await run(connection, _CHILDREN, id=project_id)
    ]


async def names(connection: AsyncConnection, project_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the name of each project."""
    if not project_ids:
        return {}
    rows = await run(connection, "SELECT id, name FROM project WHERE id = ANY(%(ids)s)", ids=list(project_ids))
    return {row.id: row.name for row in rows}
