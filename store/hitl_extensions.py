"""Later deadlines of HITL requests: each is applied once, if the deadline that it replaces still holds."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import EventType
from models.contracts.event_data import HitlExtended
from models.contracts.extension import HitlExtension
from models.tables import EVENT
from store import events
from store.statement import run
from store.transaction import Transaction

_EXTEND: LiteralString = """
UPDATE hitl_request SET expires_at = %(expires_at)s
WHERE id = %(id)s AND project_id = %(project_id)s AND status = 'pending' AND expires_at = %(was)s
  AND NOT EXISTS (SELECT FROM event WHERE project_id = %(project_id)s AND dedupe_key = %(key)s)
RETURNING stage, round, task_id, agent_type
"""

_DEADLINE: LiteralString = """
SELECT expires_at FROM hitl_request WHERE id = %(id)s AND project_id = %(project_id)s AND status = 'pending'
"""


def event_key(extension_id: UUID) -> str:
    return f"extension:{extension_id}"


async def extend(tx: Transaction, extension: HitlExtension) -> datetime | None:
    """Apply an extension unless it was applied before, or another deadline holds. Return the deadline of the request,
    or None if it is not open."""
    key = event_key(extension.extension_id)
    names = {"id": extension.request_id, "project_id": tx.project_id}
    rows = await run(tx.connection, _EXTEND, **names, key=key, expires_at=extension.expires_at, was=extension.was)
    for row in rows:
        tx.principal_id = extension.principal_id
        tx.record(
            HitlExtended(
                request_id=extension.request_id,
                extension_id=extension.extension_id,
                stage=row.stage,
                round=row.round,
                was=extension.was,
                expires_at=extension.expires_at,
                extended_by=extension.extended_by,
            ),
            key=key,
            task_id=row.task_id,
            agent_type=row.agent_type,
        )
    deadlines = await run(tx.connection, _DEADLINE, **names)
    return deadlines[0].expires_at if deadlines else None


async def get(connection: AsyncConnection, project_id: UUID, extension_id: UUID) -> HitlExtended | None:
    """Return an extension that was applied, or None."""
    if not await events.is_recorded(connection, project_id, event_key(extension_id)):
        return None
    return HitlExtended.model_validate(await events.data_of(connection, project_id, event_key(extension_id)))


async def history(
    connection: AsyncConnection, project_id: UUID, request_id: UUID
) -> list[tuple[datetime, HitlExtended]]:
    """Return the extensions of a request that were applied, in order, each with its time."""
    query = (
        select(EVENT.c.created_at, EVENT.c.data)
        .where(
            EVENT.c.project_id == project_id,
            EVENT.c.event_type == EventType.HITL_EXTENDED,
            EVENT.c.data["request_id"].astext == str(request_id),
        )
        .order_by(EVENT.c.seq)
    )
    return [(row.created_at, HitlExtended.model_validate(row.data)) for row in await connection.execute(query)]
