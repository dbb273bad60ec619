"""The limits of budgets: read, set, raised, and compared with what a call needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.budget import Amounts, BudgetKind, BudgetUnit, Limits, Shortage
from models.contracts.enums import FINAL_PROJECT_STATUSES
from models.tables import BUDGET, PROJECT, Budget
from store import budget_scopes
from store.budget_alerts import PASSED
from store.budget_scopes import Scope
from store.rows import fetch_all, fetch_one
from store.statement import run

_SET: LiteralString = """
INSERT INTO budget AS b (scope, project_id, spent_usd, reserved_usd, limit_usd, limit_tokens, limit_seconds)
VALUES (%(scope)s, %(project_id)s, 0, 0, %(usd)s, %(tokens)s, %(seconds)s)
ON CONFLICT (scope) DO UPDATE SET
    limit_usd = excluded.limit_usd, limit_tokens = excluded.limit_tokens, limit_seconds = excluded.limit_seconds,
    raised_usd = 0, raised_tokens = 0, raised_seconds = 0
RETURNING xmax = 0 AS is_new
"""

# The call that was refused may have been the first in its scope.
_RAISE: LiteralString = """
INSERT INTO budget AS b (scope, project_id, spent_usd, reserved_usd, raised_usd, raised_tokens, raised_seconds)
VALUES (%(scope)s, %(project_id)s, 0, 0, %(usd)s, %(tokens)s, %(seconds)s)
ON CONFLICT (scope) DO UPDATE SET
    raised_usd = b.raised_usd + excluded.raised_usd,
    raised_tokens = b.raised_tokens + excluded.raised_tokens,
    raised_seconds = b.raised_seconds + excluded.raised_seconds
"""

_ENSURE: LiteralString = """
INSERT INTO budget (scope, project_id, spent_usd, reserved_usd) VALUES (%(scope)s, %(project_id)s, 0, 0)
ON CONFLICT DO NOTHING
"""

# What was reported and is passed in the new limit, too, is not reported again. What is newly passed, because the limit
# is lower, is reported when the next call is settled.
_KEEP_ALERTS: LiteralString = """
UPDATE budget AS b SET alerted = least(alerted, {passed}) WHERE scope = %(scope)s
""".replace("{passed}", PASSED)


async def get(connection: AsyncConnection, scope: str) -> Budget:
    """Return a budget; an empty one if nothing was reserved in it and it has no limit."""
    found = await fetch_one(connection, Budget, select(BUDGET).where(BUDGET.c.scope == scope))
    return found or Budget(scope=scope)


async def of_project(connection: AsyncConnection, project_id: UUID) -> list[Budget]:
    """Return the budgets of a project, of its roles and of its steps."""
    query = select(BUDGET).where(BUDGET.c.project_id == project_id).order_by(BUDGET.c.scope)
    return await fetch_all(connection, Budget, query)


async def of_open_projects(
    connection: AsyncConnection, *, within: Collection[UUID] | None = None, before: UUID | None, limit: int
) -> list[Budget]:
    """Return the budgets of the projects that have not ended, newest project first; only of those `within`, if it
    is given."""
    open_projects = select(PROJECT.c.id).where(PROJECT.c.status.not_in(FINAL_PROJECT_STATUSES))
    if within is not None:
        open_projects = open_projects.where(PROJECT.c.id.in_(within))
    if before is not None:
        open_projects = open_projects.where(PROJECT.c.id < before)
    open_projects = open_projects.order_by(PROJECT.c.id.desc()).limit(limit)
    ids = (await connection.scalars(open_projects)).all()
    rows = await fetch_all(
        connection, Budget, select(BUDGET).where(BUDGET.c.scope.in_(map(budget_scopes.project, ids)))
    )
    known = {row.project_id: row for row in rows}
    return [known.get(id) or Budget(scope=budget_scopes.project(id), project_id=id) for id in ids]


async def set_limits(connection: AsyncConnection, scope: str, project_id: UUID, limits: Limits) -> None:
    """Set the limits of a budget. What was spent stays, also if it is more."""
    (row,) = await run(connection, _SET, scope=scope, project_id=project_id, **limits.model_dump())
    if not row.is_new:
        await run(connection, _KEEP_ALERTS, scope=scope)


async def raise_limits(connection: AsyncConnection, project_id: UUID, shortage: Shortage, by: Limits) -> None:
    """Raise the limits of the budget that did not allow a call. A step that continues has its allowance again anyway:
    the amount replaces that."""
    owner = None if shortage.kind is BudgetKind.DAY else project_id
    amounts = {unit: by.of(unit) or 0 for unit in BudgetUnit}
    if shortage.once is not None and amounts[shortage.unit]:
        amounts[shortage.unit] -= shortage.once
    await run(connection, _RAISE, scope=shortage.scope, project_id=owner, **amounts)
    await run(connection, _KEEP_ALERTS, scope=shortage.scope)


async def find_shortage(connection: AsyncConnection, scopes: Sequence[Scope], needs: Amounts) -> Shortage | None:
    """Return the first budget that does not allow what a call needs: of those that will not either once the running
    calls are settled, if there are any. Return None if all allow it by now."""
    found = [
        shortage
        for scope in scopes
        for shortage in _compare(scope, await get(connection, scope.name), needs)
        if not shortage.is_allowed
    ]
    return next((one for one in found if not one.may_pass), found[0] if found else None)


async def current(connection: AsyncConnection, shortage: Shortage) -> Shortage:
    """Return an exhausted budget as it is now: others may have raised it, and calls have ended."""
    return _as_now(shortage, await get(connection, shortage.scope))


async def current_locked(connection: AsyncConnection, project_id: UUID, shortage: Shortage) -> Shortage:
    """Return an exhausted budget as it is now, and lock it until the transaction ends."""
    owner = None if shortage.kind is BudgetKind.DAY else project_id
    await run(connection, _ENSURE, scope=shortage.scope, project_id=owner)
    query = select(BUDGET).where(BUDGET.c.scope == shortage.scope).with_for_update()
    return _as_now(shortage, await fetch_one(connection, Budget, query))


def _as_now(shortage: Shortage, budget: Any) -> Shortage:
    unit = shortage.unit
    limit, raised = getattr(budget, f"limit_{unit}"), getattr(budget, f"raised_{unit}")
    given = shortage.limit - shortage.raised if limit is None else limit  # the row has none before the first call
    figures = {
        "spent": getattr(budget, f"spent_{unit}"),
        "reserved": getattr(budget, f"reserved_{unit}"),
        "raised": raised,
        "limit": given + raised,
    }
    return shortage.model_copy(update=figures)


def _compare(scope: Scope, budget: Any, needs: Amounts) -> Iterator[Shortage]:
    """Compare a budget with what a call needs, in each unit that has a limit."""
    for unit in BudgetUnit:
        limit = scope.limits.of(unit) or getattr(budget, f"limit_{unit}")
        if limit is not None:
            yield Shortage(
                kind=scope.kind,
                scope=scope.name,
                unit=unit,
                spent=getattr(budget, f"spent_{unit}"),
                reserved=getattr(budget, f"reserved_{unit}"),
                limit=limit + getattr(budget, f"raised_{unit}"),
                needs=needs.of(unit),
                raised=getattr(budget, f"raised_{unit}"),
                once=scope.once.of(unit),
            )
