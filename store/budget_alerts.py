"""Alerts: a budget of which most is spent is reported, once for each part of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.budget import BudgetUnit
from models.contracts.event_data import BudgetAlert
from models.contracts.names import AgentType
from models.tables import Budget
from store.budget_scopes import kind_of
from store.rows import model_of
from store.statement import run
from store.transaction import Transaction

PASSED: LiteralString = """
coalesce((SELECT max(threshold) FROM unnest(ARRAY[80, 90, 95]) AS threshold WHERE threshold <= 1e-6 + 100 * greatest(
    b.spent_usd / nullif(b.limit_usd + b.raised_usd, 0),
    b.spent_tokens::float8 / nullif(b.limit_tokens + b.raised_tokens, 0),
    b.spent_seconds / nullif(b.limit_seconds + b.raised_seconds, 0))), 0)
"""
"""The highest threshold, in percent, that a budget `b` has passed in any unit, or 0."""

_CLAIM: LiteralString = """
UPDATE budget AS b SET alerted = {passed} WHERE scope = %(scope)s AND {passed} > alerted RETURNING *
""".replace("{passed}", PASSED)


_DUE: LiteralString = """
SELECT EXISTS (SELECT FROM budget AS b WHERE scope = ANY(%(scopes)s) AND {passed} > alerted) AS are_due
""".replace("{passed}", PASSED)


async def are_due(connection: AsyncConnection, scopes: Sequence[str]) -> bool:
    """Return whether one of the budgets has passed a threshold since its last alert."""
    return bool((await run(connection, _DUE, scopes=list(scopes)))[0].are_due)


async def record(tx: Transaction, scopes: Sequence[str], *, task_id: UUID, agent_type: AgentType, stage: str) -> None:
    """Record an event for each of the budgets that has passed a threshold since its last alert."""
    for scope in sorted(scopes):
        for row in await run(tx.connection, _CLAIM, scope=scope):
            alert = _alert(model_of(Budget, row), stage, agent_type)
            tx.record(
                alert,
                key=f"budget:{scope}:{alert.percent}:{alert.limit:g}",
                task_id=task_id,
                agent_type=agent_type,
            )


def _alert(budget: Budget, stage: str, agent_type: AgentType) -> BudgetAlert:
    unit = max(BudgetUnit, key=lambda unit: _share(budget, unit))
    spent, limit = _figures(budget, unit)
    return BudgetAlert(
        kind=kind_of(budget.scope),
        unit=unit,
        percent=budget.alerted,
        spent=spent,
        limit=limit or 0.0,
        stage=stage,
    )


def _share(budget: Budget, unit: BudgetUnit) -> float:
    spent, limit = _figures(budget, unit)
    return spent / limit if limit else 0.0


def _figures(budget: Budget, unit: BudgetUnit) -> tuple[float, float | None]:
    row: Any = budget
    limit = getattr(row, f"limit_{unit}")
    return getattr(row, f"spent_{unit}"), None if limit is None else limit + getattr(row, f"raised_{unit}")
