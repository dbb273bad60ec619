"""Reads the event log of a project. `store/transaction.py` numbers and inserts events."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.events import Event
from store.statement import run, with_statuses

IS_KEY: LiteralString = "hashtextextended(dedupe_key, 0) = hashtextextended({key}, 0) AND dedupe_key = {key}"
"""Whether a row of the log has a key. The index of a project's keys has their hashes."""

_OF_KEYS: LiteralString = """
SELECT task_id, data FROM event, unnest(%(keys)s::text[]) AS key WHERE project_id = %(project_id)s AND {is_key}
""".replace("{is_key}", IS_KEY.replace("{key}", "key"))

_SINCE: LiteralString = """
SELECT event_type, seq, project_id, task_id, agent_type, data, created_at FROM event
WHERE project_id = %(project_id)s AND seq > %(seq)s AND seq <= %(until)s
ORDER BY seq LIMIT %(limit)s
"""

_LAST = 2**63 - 1
"""No number is greater."""


async def since(
    connection: AsyncConnection, project_id: UUID, seq: int, *, until: int | None = None, limit: int = 500
) -> list[Event]:
    """Return the events after a number in order, up to and including `until`."""
    last = _LAST if until is None else until
    rows = await run(connection, _SINCE, project_id=project_id, seq=seq, until=last, limit=limit)
    return [event_of(row) for row in rows]


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
    rows = await run(connection, "SELECT id, last_seq FROM project WHERE id = ANY(%(ids)s)", ids=list(project_ids))
    return {row.id: row.last_seq for row in rows}


# As one value, which takes half the time of a row for each. The other ids are an array: PostgreSQL does not know that a
# subquery returns few rows, and would scan the table. In a project that has ended, only a standalone handoff can wait
# for a human.
_HEADS_OF_OPEN_PROJECTS: LiteralString = with_statuses("""
SELECT coalesce(string_agg(uuid_send(id) || int8send(last_seq), ''), '') AS heads FROM (
    SELECT id, last_seq FROM project WHERE status IN {unfinished_project_statuses}
    UNION ALL
    SELECT id, last_seq FROM project WHERE status IN {final_project_statuses} AND id = ANY(ARRAY(
        SELECT project_id FROM hitl_request WHERE status = 'pending' AND standalone_task_id IS NOT NULL
        UNION SELECT project_id FROM artifact WHERE id > %(newer_than)s
        UNION SELECT project_id FROM event WHERE event_type = 'project_change' AND created_at > %(since)s))
) AS found
""")


async def heads_of_open_projects(connection: AsyncConnection, moment: datetime) -> dict[UUID, int]:
    """Return the number of the newest event of each project that has not ended, waits for a human, or received an
    artifact or was changed (renamed, archived, tagged) after a moment. A project receives its first artifact as it
    starts."""
    (row,) = await run(connection, _HEADS_OF_OPEN_PROJECTS, newer_than=_lowest_uuid7(moment), since=moment)
    return {UUID(bytes=id): head for id, head in struct.iter_unpack(">16sq", row.heads)}


def _lowest_uuid7(moment: datetime) -> UUID:
    """Return the lowest UUIDv7 of a moment's millisecond."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)
