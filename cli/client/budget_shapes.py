"""Budgets and usage, as the API returns them."""

from __future__ import annotations

from cli.client.shapes import Shape
from config.sizes import format_count
from models.contracts.budget import Amounts, BudgetUnit, Limits, format_amount


class BudgetView(Shape):
    """One budget."""

    kind: str
    project_id: str | None = None
    role: str | None = None
    limits: Limits
    spent: Amounts
    percent: float | None = None

    def describe(self) -> str:
        """Return what was spent of each limit, such as `1.20 USD of 2.00 USD`; the dollars also if they have none."""
        parts = [
            f"{format_amount(unit, self.spent.of(unit))} of {format_amount(unit, limit)}"
            for unit, limit in self.limits.given.items()
        ]
        if self.limits.usd is None:
            parts.insert(0, format_amount(BudgetUnit.USD, self.spent.usd))
        return ", ".join(parts if self.limits.given else [*parts, "no limit"])


class ProjectBudgets(Shape):
    project: BudgetView
    roles: tuple[BudgetView, ...] = ()
    day: BudgetView | None = None


class Figures(Shape):
    """What calls have used; what a part does not tell is None."""

    agent_type: str | None = None
    stage: str | None = None
    round: int | None = None
    calls: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: float
    working_seconds: float

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def turns(self) -> str:
        """The number of calls, in words."""
        return format_count(self.calls, "turn")


class Usage(Shape):
    total: Figures
    roles: tuple[Figures, ...] = ()
    stages: tuple[Figures, ...] = ()
    rounds: tuple[Figures, ...] = ()
