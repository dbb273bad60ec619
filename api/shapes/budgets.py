"""Budgets on the wire."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.shapes.shape import Shape
from models.contracts.budget import MAX_AMOUNTS, Amounts, BudgetKind, BudgetUnit, GivenBudget, Limits
from models.contracts.contract import StrictContract
from models.contracts.names import AgentType
from models.tables import Budget as BudgetRow
from store.budget_scopes import kind_of


class BudgetUpdate(StrictContract):
    """The budget that a project has from now on. What was spent stays, also if it is more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"budget": "3usd,500ktok"}, {"budget": {"usd": 3}}]})

    budget: GivenBudget | None = Field(description="What is not named is not limited; null: nothing is.")


class BudgetPublic(Shape):
    """One budget: its limits, what was spent, and what running calls may use at most."""

    kind: BudgetKind
    project_id: UUID | None
    role: AgentType | None = Field(description="The role, if it is the budget of one.")
    limits: Limits
    spent: Amounts
    reserved: Amounts
    percent: float | None = Field(description="How much of the limit is spent, where most of it is; null: no limit.")

    @classmethod
    def of(cls, row: BudgetRow, default: Limits | None = None) -> Self:
        """Return a budget. `default` are the limits of the settings or the pipeline, which count first."""
        limits = {}
        for unit in BudgetUnit:
            limit = (default.of(unit) if default else None) or getattr(row, f"limit_{unit}")
            if limit is not None:
                limits[unit] = min(limit + getattr(row, f"raised_{unit}"), MAX_AMOUNTS[unit])
        spent = Amounts.model_validate({unit: getattr(row, f"spent_{unit}") for unit in BudgetUnit})
        reserved = Amounts.model_validate({unit: getattr(row, f"reserved_{unit}") for unit in BudgetUnit})
        kind = kind_of(row.scope)
        return cls(
            kind=kind,
            project_id=row.project_id,
            role=row.scope.split(":")[2] if kind is BudgetKind.ROLE else None,
            limits=Limits.model_validate(limits),
            spent=spent,
            reserved=reserved,
            percent=max((100 * spent.of(unit) / limit for unit, limit in limits.items()), default=None),
        )


DayBudget = Annotated[BudgetPublic | None, Field(description="Null for those who may not read all projects.")]


class ProjectBudgets(Shape):
    """The budget of a project, those of its roles, and that of the day (UTC), which all projects share."""

    project: BudgetPublic
    roles: list[BudgetPublic]
    day: DayBudget


class Budgets(Shape):
    """The budget of the day (UTC), and those of the projects that have not ended, newest first."""

    day: DayBudget
    items: list[BudgetPublic]
    next_cursor: str | None = None
