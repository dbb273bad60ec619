"""Remove what nobody is signed in with any more: sessions and tokens that ended long ago, and links and tickets that
have expired; and old entries of the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from store.identity.credentials import IDLE
from store.statement import run

KEPT = timedelta(days=30)
"""How long what has ended stays: somebody may look for what it was."""

FIRST = UUID(int=0)

_ENDS: dict[LiteralString, LiteralString] = {
    "session": "least({row}.ended_at, {row}.expires_at, {row}.last_seen_at + %(idle)s)",
    "api_token": "least({row}.revoked_at, {row}.expires_at)",
}
"""When a row of these tables ends, or has ended."""

_IS_ORIGIN: LiteralString = """
EXISTS (SELECT FROM {table} AS made WHERE made.principal_id = old.principal_id
        AND old.token_hash = ANY(made.made_with) AND {ends} > clock_timestamp())
"""

# A page at a time, by id: there is no index of what has ended. Who is alive names the hashes of the tokens that end it.
_REMOVE: LiteralString = """
WITH page AS MATERIALIZED (
    SELECT id FROM {table} WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
), ended AS MATERIALIZED (
    SELECT old.id FROM {table} AS old JOIN page ON page.id = old.id
    WHERE {ends} < clock_timestamp() - %(kept)s AND NOT {is_origin}
    ORDER BY old.id FOR UPDATE OF old SKIP LOCKED
), gone AS (
    DELETE FROM {table} USING ended WHERE {table}.id = ended.id RETURNING {table}.id
)
SELECT (SELECT count(*) FROM gone) AS removed, (SELECT count(*) FROM page) AS seen,
       (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last
"""

_CODES: LiteralString = "DELETE FROM one_time_code WHERE expires_at < clock_timestamp() RETURNING 1 AS removed"

_EVENTS: LiteralString = """
WITH old AS MATERIALIZED (
    SELECT id FROM auth_event WHERE created_at < clock_timestamp() - %(kept)s
    ORDER BY created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
DELETE FROM auth_event USING old WHERE auth_event.id = old.id RETURNING auth_event.id
"""


def _statement(table: LiteralString) -> LiteralString:
    is_origin = " AND NOT ".join(
        _IS_ORIGIN.replace("{table}", made).replace("{ends}", ends.replace("{row}", "made"))
        for made, ends in _ENDS.items()
    )
    ends = _ENDS[table].replace("{row}", "old")
    return _REMOVE.replace("{table}", table).replace("{ends}", ends).replace("{is_origin}", is_origin)


SESSIONS, TOKENS = _statement("session"), _statement("api_token")


async def remove_ended(
    connection: AsyncConnection, statement: LiteralString, after: UUID, limit: int
) -> tuple[int, UUID]:
    """Look at the next SESSIONS or TOKENS, and remove those that ended KEPT ago and that nothing alive was made with.
    Return how many were removed, and after which id the next page begins; FIRST after the last one."""
    (row,) = await run(connection, statement, after=after, limit=limit, idle=IDLE, kept=KEPT)
    return row.removed, row.last if row.seen == limit else FIRST


async def remove_codes(connection: AsyncConnection) -> int:
    """Remove links and tickets that have expired. Return how many."""
    return len(await run(connection, _CODES))


async def remove_events(connection: AsyncConnection, kept: timedelta, limit: int) -> int:
    """Remove the oldest audited events, if they are older than that. Return how many."""
    return len(await run(connection, _EVENTS, kept=kept, limit=limit))
