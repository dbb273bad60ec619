"""Reads the event log of a project. `store/transaction.py` numbers and inserts events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import any_, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import HitlStatus, ProjectStatus
from models.contracts.events import Event
from models.tables import ARTIFACT, EVENT, HITL_REQUEST, PROJECT
from store.statement import run

IS_KEY: LiteralString = "hashtextextended(dedupe_key, 0) = hashtextextended({key}, 0) AND dedupe_key = {key}"
"""Whether a row of the log has a key. The index of a project's keys has their hashes."""

_OF_KEYS: LiteralString = """
SELECT task_id, data FROM event, unnest(%(keys)s::text[]) AS key WHERE project_id = %(project_id)s AND {is_key}
""".replace("{is_key}", IS_KEY.replace("{key}", "key"))


async def since(
    connection: AsyncConnection, project_id: UUID, seq: int, *, until: int | None = None, limit: int = 500
) -> list[Event]:
    """Return the events after a number in order, up to and including `until`."""
    query = select(EVENT).where(EVENT.c.project_id == project_id, EVENT.c.seq > seq).order_by(EVENT.c.seq).limit(limit)
    if until is not None:
        query = query.where(EVENT.c.seq <= until)
    return [event_of(row) for row in await connection.execute(query)]


def event_of(row: Any) -> Event:
    """Return the event of a log's row."""
    return Event(
        event_type=row.event_type,
        seq=row.seq,
        project_id=row.project_id,
        task_id=row.task_id,
        agent_type=row.agent_type,
        data=row.data,
        timestamp=row.created_at,
    )


async def is_recorded(connection: AsyncConnection, project_id: UUID, dedupe_key: str) -> bool:
    """Return whether the project's log has an event with this key."""
    return bool(await run(connection, _OF_KEYS, project_id=project_id, keys=[dedupe_key]))


async def data_of(connection: AsyncConnection, project_id: UUID, dedupe_key: str) -> dict[str, Any]:
    """Return the data of the event of the project's log with this key; empty if there is none."""
    rows = await run(connection, _OF_KEYS, project_id=project_id, keys=[dedupe_key])
    return rows[0].data if rows else {}


async def notes(connection: AsyncConnection, project_id: UUID, task_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what was noted with the results of tasks, by task; tasks without a note are left out."""
    keys = [f"task:{task_id}:completed" for task_id in task_ids]  # as `tasks.finish` names them
    rows = await run(connection, _OF_KEYS, project_id=project_id, keys=keys)
    return {row.task_id: note for row in rows if (note := row.data.get("note"))}


async def heads(connection: AsyncConnection, project_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the number of each project's newest event; unknown projects are left out."""
    rows = await connection.execute(select(PROJECT.c.id, PROJECT.c.last_seq).where(PROJECT.c.id.in_(project_ids)))
    return {row.id: row.last_seq for row in rows}


_NOT_FINAL = [status for status in ProjectStatus if not status.is_final]


async def heads_of_open_projects(connection: AsyncConnection, moment: datetime) -> dict[UUID, int]:
    """Return the number of the newest event of each project that has not ended, waits for a human, or received an
    artifact after a moment. A project receives its first artifact as it starts."""
    waiting = select(HITL_REQUEST.c.project_id).where(HITL_REQUEST.c.status == HitlStatus.PENDING)
    with_new_artifact = select(ARTIFACT.c.project_id).where(ARTIFACT.c.id > _lowest_uuid7(moment))
    # As an array: PostgreSQL does not know that a subquery returns few rows, and would scan the table.
    others = func.array(union(waiting, with_new_artifact).scalar_subquery())
    query = select(PROJECT.c.id, PROJECT.c.last_seq).where(
        PROJECT.c.status.in_(_NOT_FINAL) | (PROJECT.c.id == any_(others))
    )
    return {row.id: row.last_seq for row in await connection.execute(query)}


def _lowest_uuid7(moment: datetime) -> UUID:
    """Return the lowest UUIDv7 of a moment's millisecond."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)
