"""Budgets: what calls of models may use, reserved before each call and settled after it.

A call counts against several scopes at once (`store/budget_scopes.py`). Statements lock budgets in the order of their
scopes, so that no two wait for each other.

What is booked for a task is an entry of its transcript, too. Only the newest start of a task's step may reserve, settle
or store anything: an earlier one may still be running after its worker was presumed dead, and must not pay again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import LiteralString, NamedTuple
from uuid import UUID

import orjson
import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.budget import Amounts
from models.contracts.stops import HeldStop
from store.budget_scopes import Scope
from store.statement import run
from store.stops import held_stop

# The lock makes a start wait for the writes of the one before it, and a later write of that one find nothing.
HELD: LiteralString = """
held AS (SELECT id, project_id, agent_type FROM task WHERE id = %(task_id)s AND starts = %(start)s FOR SHARE)
"""

# One statement that commits by itself: budgets that many calls share are locked for a round trip less than in a
# transaction. It compares first, and writes all scopes or none. Only if another call has reserved in between may a
# scope refuse what `fits` allowed: then the cast fails, and takes back what was written in the others.
#
# Sums of dollars are not exact: a limit of 1.00 allows ten times 0.10. Time that is left suffices: a call that begins
# in time may end.
_RESERVE: LiteralString = """
WITH {held}, known AS (
    SELECT id FROM reservation WHERE id = %(id)s
), stopping AS (
    SELECT stop.* FROM stop, held
    WHERE stop.released_at IS NULL
      AND (stop.project_id IS NULL OR stop.project_id = held.project_id)
      AND (stop.role IS NULL OR stop.role = held.agent_type)
      AND (stop.task_id IS NULL OR stop.task_id = held.id)
    ORDER BY stop.task_id IS NULL, stop.id LIMIT 1
), wanted AS (
    SELECT * FROM jsonb_to_recordset(%(scopes)s::jsonb)
        AS s (scope text, project_id uuid, limit_usd float8, limit_tokens bigint, limit_seconds float8)
), compared AS (
    SELECT bool_and(
        coalesce(coalesce(b.spent_usd + b.reserved_usd, 0) + %(usd)s
                 <= coalesce(wanted.limit_usd, b.limit_usd) + coalesce(b.raised_usd, 0) + 1e-9, true)
        AND coalesce(coalesce(b.spent_tokens + b.reserved_tokens, 0) + %(tokens)s
                     <= coalesce(wanted.limit_tokens, b.limit_tokens) + coalesce(b.raised_tokens, 0), true)
        AND coalesce(coalesce(b.spent_seconds + b.reserved_seconds, 0)
                     < coalesce(wanted.limit_seconds, b.limit_seconds) + coalesce(b.raised_seconds, 0), true)
    ) AS fits
    FROM wanted LEFT JOIN budget AS b ON b.scope = wanted.scope
), claimed AS (
    INSERT INTO budget AS b (scope, project_id, spent_usd, reserved_usd, reserved_tokens, reserved_seconds,
                             limit_usd, limit_tokens, limit_seconds)
    SELECT scope, wanted.project_id, 0, %(usd)s, %(tokens)s, %(seconds)s, limit_usd, limit_tokens, limit_seconds
    FROM wanted, held
    WHERE NOT EXISTS (SELECT FROM known) AND NOT EXISTS (SELECT FROM stopping) AND (SELECT fits FROM compared)
    ORDER BY scope
    ON CONFLICT (scope) DO UPDATE SET
        project_id = excluded.project_id,
        limit_usd = coalesce(excluded.limit_usd, b.limit_usd),
        limit_tokens = coalesce(excluded.limit_tokens, b.limit_tokens),
        limit_seconds = coalesce(excluded.limit_seconds, b.limit_seconds),
        reserved_usd = b.reserved_usd + excluded.reserved_usd,
        reserved_tokens = b.reserved_tokens + excluded.reserved_tokens,
        reserved_seconds = b.reserved_seconds + excluded.reserved_seconds
    WHERE coalesce(b.spent_usd + b.reserved_usd + excluded.reserved_usd
                   <= coalesce(excluded.limit_usd, b.limit_usd) + b.raised_usd + 1e-9, true)
      AND coalesce(b.spent_tokens + b.reserved_tokens + excluded.reserved_tokens
                   <= coalesce(excluded.limit_tokens, b.limit_tokens) + b.raised_tokens, true)
      AND coalesce(b.spent_seconds + b.reserved_seconds
                   < coalesce(excluded.limit_seconds, b.limit_seconds) + b.raised_seconds, true)
    RETURNING b.scope
), reserved AS (
    INSERT INTO reservation (id, scope, task_id, amount_usd, amount_tokens, amount_seconds, created_at)
    SELECT %(id)s, scope, %(task_id)s, %(usd)s, %(tokens)s, %(seconds)s, statement_timestamp() FROM claimed
    RETURNING scope
), counted AS (
    SELECT count(*) AS scopes, (SELECT count(*) FROM wanted) AS wanted FROM reserved
)
SELECT EXISTS (SELECT FROM known)
       OR CASE WHEN scopes IN (0, wanted) THEN scopes
               ELSE ('Another call reserved what was left, after ' || scopes || ' of ' || wanted || ' budgets')::bigint
          END > 0 AS is_reserved,
       stopping.id, stopping.project_id, stopping.role, stopping.task_id, stopping.reason, stopping.stopped_by
FROM held, counted LEFT JOIN stopping ON true
""".replace("{held}", HELD)

SETTLED: LiteralString = """
INSERT INTO budget AS b (scope, spent_usd, spent_tokens, spent_seconds, reserved_usd, reserved_tokens, reserved_seconds)
{booked}
ORDER BY scope
ON CONFLICT (scope) DO UPDATE SET
    spent_usd = b.spent_usd + excluded.spent_usd,
    spent_tokens = b.spent_tokens + excluded.spent_tokens,
    spent_seconds = b.spent_seconds + excluded.spent_seconds,
    reserved_usd = greatest(0, b.reserved_usd - excluded.reserved_usd),
    reserved_tokens = greatest(0, b.reserved_tokens - excluded.reserved_tokens),
    reserved_seconds = greatest(0, b.reserved_seconds - excluded.reserved_seconds)
"""
"""Books what was spent in the rows of `{booked}`, whose `reserved_` columns are what is no longer reserved."""

_FREE: LiteralString = """
WITH {held}, freed AS (
    DELETE FROM reservation USING held WHERE reservation.id = %(id)s
    RETURNING scope, amount_usd, amount_tokens, amount_seconds
), settled AS ({settled})
SELECT id FROM held
""".replace("{held}", HELD).replace(
    "{settled}",
    SETTLED.replace("{booked}", "SELECT scope, 0, 0, 0, amount_usd, amount_tokens, amount_seconds FROM freed"),
)

# What a call used whose worker died is unknown: all of it is booked, and the time since it began.
_BOOK: LiteralString = """
doomed AS (
    SELECT id, scope FROM reservation WHERE {condition} ORDER BY id, scope FOR UPDATE SKIP LOCKED
), freed AS (
    DELETE FROM reservation USING doomed WHERE reservation.id = doomed.id AND reservation.scope = doomed.scope
    RETURNING reservation.*, least(amount_seconds, greatest(0, extract(epoch FROM statement_timestamp() - created_at)))
              AS seconds
), lost AS (
    SELECT DISTINCT ON (id) *, (
        SELECT asked_for FROM transcript
        WHERE transcript.task_id = freed.task_id AND asked_for IS NOT NULL ORDER BY position DESC LIMIT 1
    ) AS asked_for
    FROM freed ORDER BY id
), stored AS (
    INSERT INTO transcript (task_id, position, kind, fingerprint, body, input_tokens, output_tokens, cached_tokens,
                            cost_usd, seconds, discarded, created_at)
    SELECT lost.task_id,
           (SELECT count(*) FROM transcript WHERE transcript.task_id = lost.task_id)
               + row_number() OVER (PARTITION BY lost.task_id ORDER BY lost.created_at) - 1,
           'failed_call', '', '{}'::bytea, 0, 0, 0, lost.amount_usd, lost.seconds, %(reason)s, clock_timestamp()
    FROM lost
    ON CONFLICT DO NOTHING
), settled AS ({settled})
SELECT amount_usd AS cost_usd, asked_for FROM lost
""".replace(
    "{settled}",
    SETTLED.replace(
        "{booked}",
        """SELECT scope, sum(amount_usd), sum(amount_tokens), sum(seconds), sum(amount_usd), sum(amount_tokens),
                  sum(amount_seconds)
           FROM freed GROUP BY scope""",
    ),
)
_BOOK_OF_TASK: LiteralString = "WITH {held}, ".replace("{held}", HELD) + _BOOK.replace(
    "{condition}", "task_id IN (SELECT id FROM held)"
)
_BOOK_ORPHANS: LiteralString = "WITH " + _BOOK.replace(
    "{condition}", "created_at < clock_timestamp() - %(age)s::interval"
)

DIED = "The worker ended during this call. Its cost is unknown: the most that it may have cost is booked."
"""Why the entry of such a call is not part of the conversation."""


async def reserve(
    connection: AsyncConnection, reservation: UUID, scopes: Sequence[Scope], task_id: UUID, start: int, amounts: Amounts
) -> bool | HeldStop | None:
    """Reserve amounts in all scopes, in one statement. Return False, and write nothing, if a limit does not allow it,
    the stop that holds the task's step, if there is one, and None if the task has started again.

    Two callers cannot both get the last cent: the second waits for the row and reads what the first has written. The
    same reservation again has no effect: the acknowledgement of the first time may have been lost.

    Args:
        connection: commits by itself: a refusal must not undo anything else.
    """
    wanted = [
        {
            "scope": scope.name,
            "project_id": scope.project_id,
            **{f"limit_{unit}": limit for unit, limit in scope.limits.model_dump().items()},
        }
        for scope in scopes
    ]
    values = {"scopes": orjson.dumps(wanted).decode(), **amounts.model_dump()}
    try:
        rows = await run(connection, _RESERVE, id=reservation, task_id=task_id, start=start, **values)
    except psycopg.errors.InvalidTextRepresentation:
        return False
    if not rows:
        return None
    (row,) = rows
    return bool(row.is_reserved) if row.id is None else held_stop(row)


async def free(connection: AsyncConnection, reservation: UUID, task_id: UUID, start: int) -> bool:
    """Settle the reservation of a call that cost nothing. Return False, and write nothing, if the task has started
    again."""
    return bool(await run(connection, _FREE, id=reservation, task_id=task_id, start=start))


class LostCall(NamedTuple):
    """A call whose worker died, as it was booked. `asked_for` is the last model that its task has asked."""

    cost_usd: float
    asked_for: str | None


async def settle_reservations_of_task(connection: AsyncConnection, task_id: UUID, start: int) -> list[LostCall]:
    """Book what earlier starts of a task have reserved as spent: they died, and the provider may have been paid."""
    rows = await run(connection, _BOOK_OF_TASK, task_id=task_id, start=start, reason=DIED)
    return [LostCall(*row) for row in rows]


async def settle_old_reservations(connection: AsyncConnection, age: timedelta) -> list[LostCall]:
    """Book reservations older than any call as spent."""
    return [LostCall(*row) for row in await run(connection, _BOOK_ORPHANS, age=age, reason=DIED)]
