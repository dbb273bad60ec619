"""Budgets: what calls of models may cost, reserved before each call and settled after it. Amounts in US dollars.

What is booked for a task is an entry of its transcript, too. Only the newest start of a task's step may reserve, settle
or store anything: an earlier one may still be running after its worker was presumed dead, and must not pay again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from store.statement import run

# The lock makes a start wait for the writes of the one before it, and a later write of that one find nothing.
HELD: LiteralString = """
held AS (SELECT id FROM task WHERE id = %(task_id)s AND starts = %(start)s FOR SHARE)
"""

_RESERVE: LiteralString = """
WITH {held}, known AS (
    SELECT id FROM reservation WHERE id = %(id)s
), claimed AS (
    INSERT INTO budget (scope, spent_usd, reserved_usd)
    SELECT %(scope)s, 0, %(amount)s FROM held
    WHERE %(amount)s::float8 <= %(limit)s::float8 AND NOT EXISTS (SELECT FROM known)
    ON CONFLICT (scope) DO UPDATE SET reserved_usd = budget.reserved_usd + %(amount)s
    WHERE budget.spent_usd + budget.reserved_usd + %(amount)s <= %(limit)s
    RETURNING scope
), reserved AS (
    INSERT INTO reservation (id, scope, task_id, amount_usd, created_at)
    SELECT %(id)s, scope, %(task_id)s, %(amount)s, clock_timestamp() FROM claimed
    RETURNING id
)
SELECT EXISTS (SELECT FROM reserved) OR EXISTS (SELECT FROM known) AS is_reserved FROM held
""".replace("{held}", HELD)

_FREE: LiteralString = """
WITH {held}, freed AS (
    DELETE FROM reservation USING held WHERE reservation.id = %(id)s RETURNING scope, amount_usd
), settled AS (
    UPDATE budget SET reserved_usd = greatest(0, reserved_usd - freed.amount_usd)
    FROM freed WHERE budget.scope = freed.scope
)
SELECT id FROM held
""".replace("{held}", HELD)

# What a call cost whose worker died is unknown: all of it is booked.
_BOOK: LiteralString = """
freed AS (
    DELETE FROM reservation WHERE {condition} RETURNING id, scope, task_id, amount_usd, created_at
), total AS (
    SELECT scope, sum(amount_usd) AS amount FROM freed GROUP BY scope
), stored AS (
    INSERT INTO transcript (task_id, position, kind, fingerprint, body, input_tokens, output_tokens, cached_tokens,
                            cost_usd, seconds, discarded, created_at)
    SELECT freed.task_id,
           (SELECT count(*) FROM transcript WHERE transcript.task_id = freed.task_id)
               + row_number() OVER (PARTITION BY freed.task_id ORDER BY freed.created_at) - 1,
           'failed_call', '', '{}'::bytea, 0, 0, 0, freed.amount_usd, 0, %(reason)s, clock_timestamp()
    FROM freed
    ON CONFLICT DO NOTHING
)
UPDATE budget SET spent_usd = spent_usd + total.amount, reserved_usd = greatest(0, reserved_usd - total.amount)
FROM total WHERE budget.scope = total.scope
RETURNING budget.scope
"""
_BOOK_OF_TASK: LiteralString = "WITH {held}, ".replace("{held}", HELD) + _BOOK.replace(
    "{condition}", "task_id IN (SELECT id FROM held)"
)
_BOOK_ORPHANS: LiteralString = "WITH " + _BOOK.replace(
    "{condition}", "created_at < clock_timestamp() - %(age)s::interval"
)

DIED = "The worker ended during this call. Its cost is unknown: the most that it may have cost is booked."
"""Why the entry of such a call is not part of the conversation."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a scope has spent, and what running calls have reserved, in US dollars."""

    spent_usd: float
    reserved_usd: float


async def reserve(
    connection: AsyncConnection,
    reservation: UUID,
    scope: str,
    task_id: UUID,
    start: int,
    amount_usd: float,
    limit_usd: float,
) -> bool | None:
    """Reserve an amount in a scope, in one statement. Return False, and write nothing, if its limit does not allow it,
    and None if the task has started again.

    Two callers cannot both get the last cent: the second waits for the row and reads what the first has written. The
    same reservation again has no effect: the acknowledgement of the first time may have been lost.
    """
    rows = await run(
        connection,
        _RESERVE,
        id=reservation,
        scope=scope,
        task_id=task_id,
        start=start,
        amount=amount_usd,
        limit=limit_usd,
    )
    return bool(rows[0].is_reserved) if rows else None


async def free(connection: AsyncConnection, reservation: UUID, task_id: UUID, start: int) -> bool:
    """Settle the reservation of a call that cost nothing. Return False, and write nothing, if the task has started
    again."""
    return bool(await run(connection, _FREE, id=reservation, task_id=task_id, start=start))


async def settle_reservations_of_task(connection: AsyncConnection, task_id: UUID, start: int) -> None:
    """Book what earlier starts of a task have reserved as spent: they died, and the provider may have been paid."""
    await run(connection, _BOOK_OF_TASK, task_id=task_id, start=start, reason=DIED)


async def settle_old_reservations(connection: AsyncConnection, age: timedelta) -> int:
    """Book reservations older than any call as spent. Return how many scopes have changed."""
    return len(await run(connection, _BOOK_ORPHANS, age=age, reason=DIED))


async def spent(connection: AsyncConnection, scope: str) -> Spent:
    """Return what a scope has spent."""
    rows = await run(connection, "SELECT spent_usd, reserved_usd FROM budget WHERE scope = %(scope)s", scope=scope)
    return Spent(*rows[0]) if rows else Spent(0.0, 0.0)
