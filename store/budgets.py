"""Budgets: what calls of models may cost, reserved before each call and settled after it. Amounts in US dollars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from store.statement import run

_RESERVE: LiteralString = """
WITH claimed AS (
    INSERT INTO budget (scope, spent_usd, reserved_usd)
    SELECT %(scope)s, 0, %(amount)s WHERE %(amount)s::float8 <= %(limit)s::float8
    ON CONFLICT (scope) DO UPDATE SET reserved_usd = budget.reserved_usd + %(amount)s
    WHERE budget.spent_usd + budget.reserved_usd + %(amount)s <= %(limit)s
    RETURNING scope
)
INSERT INTO reservation (id, scope, task_id, amount_usd, created_at)
SELECT %(id)s, scope, %(task_id)s, %(amount)s, clock_timestamp() FROM claimed
RETURNING id
"""

# The amount of a call that ended without a result is booked as spent if its cost is unknown.
_SETTLE: LiteralString = """
WITH freed AS (
    DELETE FROM reservation WHERE {condition} RETURNING scope, amount_usd
), total AS (
    SELECT scope, sum(amount_usd) AS amount, sum({cost}) AS cost FROM freed GROUP BY scope
)
UPDATE budget SET spent_usd = spent_usd + total.cost, reserved_usd = greatest(0, reserved_usd - total.amount)
FROM total WHERE budget.scope = total.scope
RETURNING budget.scope
"""
_RELEASE = _SETTLE.replace("{condition}", "id = %(id)s").replace("{cost}", "%(cost)s::float8")
_BOOK_OF_TASK = _SETTLE.replace("{condition}", "task_id = %(task_id)s").replace("{cost}", "amount_usd")
_BOOK_ORPHANS = _SETTLE.replace("{condition}", "created_at < clock_timestamp() - %(age)s::interval").replace(
    "{cost}", "amount_usd"
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a scope has spent, and what running calls have reserved, in US dollars."""

    spent_usd: float
    reserved_usd: float


async def reserve(
    connection: AsyncConnection, reservation: UUID, scope: str, task_id: UUID, amount_usd: float, limit_usd: float
) -> bool:
    """Reserve an amount in a scope, in one statement. Return False, and write nothing, if its limit does not allow it.

    Two callers cannot both get the last cent: the second waits for the row and reads what the first has written.
    """
    values = {"id": reservation, "scope": scope, "task_id": task_id, "amount": amount_usd, "limit": limit_usd}
    return bool(await run(connection, _RESERVE, **values))


async def release(connection: AsyncConnection, reservation: UUID, cost_usd: float) -> None:
    """Settle one reservation with what its call cost."""
    await run(connection, _RELEASE, id=reservation, cost=cost_usd)


async def book_abandoned(connection: AsyncConnection, task_id: UUID) -> None:
    """Book what earlier attempts of a task have reserved as spent: they died, and the provider may have been paid."""
    await run(connection, _BOOK_OF_TASK, task_id=task_id)


async def book_orphans(connection: AsyncConnection, age: timedelta) -> int:
    """Book reservations older than any call as spent. Return how many scopes have changed."""
    return len(await run(connection, _BOOK_ORPHANS, age=age))


async def spent(connection: AsyncConnection, scope: str) -> Spent:
    """Return what a scope has spent."""
    rows = await run(connection, "SELECT spent_usd, reserved_usd FROM budget WHERE scope = %(scope)s", scope=scope)
    return Spent(*rows[0]) if rows else Spent(0.0, 0.0)
