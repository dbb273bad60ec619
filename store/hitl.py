"""HITL requests: reading, closing and cancelling them.

`store/hitl_opening.py` opens them, `store/hitl_deadlines.py` has their deadlines, and `store/hitl_decisions.py` the
responses to them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.approvals import Approver
from models.contracts.enums import HitlStatus
from models.tables import HITL_REQUEST, HitlRequest
from store.rows import columns, fetch_all, fetch_one, model_of
from store.statement import run
from store.transaction import Transaction

_GET: LiteralString = "SELECT {columns} FROM hitl_request WHERE id = %(id)s".replace("{columns}", columns(HitlRequest))

_FIND: LiteralString = """
SELECT {columns} FROM hitl_request WHERE {conditions} ORDER BY created_at, id LIMIT %(limit)s
""".replace("{columns}", columns(HitlRequest))

# The status as a constant, so that PostgreSQL can use the partial index. The cursor as one comparison: with OR,
# PostgreSQL would read the index from its start.
_CONDITIONS: dict[str, LiteralString] = {
    "project_id": "project_id = %(project_id)s",
    "within": "project_id = ANY(%(within)s)",
    "status": "status = '{status}'",
    "assigned_to": "approvals @> ANY(%(assigned_to)s::jsonb[])",
    "unassigned": "(approvals IS NULL OR approvals -> 'from' = '[]')",
    "after": "(created_at, id) > ((SELECT created_at FROM hitl_request WHERE id = %(after)s), %(after)s)",
}

_OLDEST_OPEN: LiteralString = """
SELECT DISTINCT ON (project_id) {columns} FROM hitl_request
WHERE project_id = ANY(%(projects)s) AND status = 'pending'
ORDER BY project_id, created_at, id
""".replace("{columns}", columns(HitlRequest))

_CLOSE: LiteralString = """
UPDATE hitl_request SET status = %(status)s, decision_id = %(decision_id)s, decided_at = clock_timestamp()
WHERE id = %(id)s AND project_id = %(project_id)s AND status = 'pending'
RETURNING *
"""


async def close(
    tx: Transaction, request_id: UUID, status: HitlStatus, decision_id: UUID | None = None
) -> HitlRequest | None:
    """Close a request. Return its row, or None if it was closed already."""
    rows = await run(
        tx.connection,
        _CLOSE,
        id=request_id,
        project_id=tx.project_id,
        status=status,
        decision_id=decision_id,
    )
    if not rows:
        return None
    tx.change_open_requests(-1)
    return model_of(HitlRequest, rows[0])


async def cancel_open(tx: Transaction, *conditions: ColumnElement[bool]) -> None:
    """Cancel the project's open requests, or those that match the conditions."""
    cancelled = await tx.connection.execute(
        update(HITL_REQUEST)
        .where(HITL_REQUEST.c.project_id == tx.project_id, HITL_REQUEST.c.status == HitlStatus.PENDING, *conditions)
        .values(status=HitlStatus.CANCELLED, decided_at=func.clock_timestamp())
    )
    tx.change_open_requests(-cancelled.rowcount)


async def ids_of_project(connection: AsyncConnection, project_id: UUID, request_ids: set[UUID]) -> set[UUID]:
    """Return those of the ids that are requests of the project."""
    query = select(HITL_REQUEST.c.id).where(HITL_REQUEST.c.project_id == project_id, HITL_REQUEST.c.id.in_(request_ids))
    return set((await connection.scalars(query)).all())


async def get(connection: AsyncConnection, request_id: UUID) -> HitlRequest | None:
    """Return one request, or None."""
    return await fetch_one(connection, HitlRequest, _GET, id=request_id)


async def find_by_subject(connection: AsyncConnection, project_id: UUID, subject_hash: str) -> HitlRequest | None:
    """Return the project's request that has this subject, or had it until it asked again, or None."""
    has = HITL_REQUEST.c.subject_hash == subject_hash
    had = HITL_REQUEST.c.replaced.contains([{"subject_hash": subject_hash}])
    query = select(HITL_REQUEST).where(HITL_REQUEST.c.project_id == project_id, has | had)
    return await fetch_one(connection, HitlRequest, query)


async def find(
    connection: AsyncConnection,
    *,
    project_id: UUID | None = None,
    within: Collection[UUID] | None = None,
    status: HitlStatus | None = None,
    assigned_to: Collection[Approver] | None = None,
    unassigned: bool = False,
    after: UUID | None = None,
    limit: int = 100,
) -> list[HitlRequest]:
    """Return requests, oldest first, of one project, of those `within` or of all, after a given one; of those assigned
    to one of some people and groups, or to nobody."""
    entries = None if assigned_to is None else [entry.model_dump(exclude_none=True) for entry in assigned_to]
    given = {
        "project_id": project_id,
        "within": None if within is None else list(within),
        "status": status,
        "assigned_to": None if entries is None else [Jsonb({"from": [entry]}) for entry in entries],
        "unassigned": unassigned or None,
        "after": after,
    }
    conditions = [_CONDITIONS[name] for name, value in given.items() if value is not None]
    query = _FIND.replace("{conditions}", " AND ".join(conditions) or "true").replace("{status}", status or "")
    return await fetch_all(connection, HitlRequest, query, **given, limit=limit)


async def oldest_open(connection: AsyncConnection, project_ids: Collection[UUID]) -> dict[UUID, HitlRequest]:
    """Return the longest open request of each of these projects that has one."""
    if not project_ids:
        return {}
    found = await fetch_all(connection, HitlRequest, _OLDEST_OPEN, projects=list(project_ids))
    return {one.project_id: one for one in found}
