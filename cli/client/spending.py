"""What a project has spent: of its budget, and in each of its stages."""

from __future__ import annotations

from dataclasses import dataclass

from cli.client.budget_shapes import BudgetView, Figures, ProjectBudgets, Usage
from cli.client.http import Client, Json
from cli.errors import CommandError


@dataclass(frozen=True, slots=True)
class Spending:
    """The project's budget, and what its calls of models have used."""

    budget: BudgetView
    usage: Usage

    def of_stage(self, name: str) -> Figures | None:
        """Return what a stage has used, or None if it asked no model."""
        return next((figures for figures in self.usage.stages if figures.stage == name and figures.calls), None)

    def describe(self) -> str:
        """Return the total against the budget, such as `1.20 USD of 2.00 USD, 310,000 tokens in 12 turns`."""
        total = self.usage.total
        return f"{self.budget.describe()}; {total.tokens:,} tokens in {total.turns}"

    def as_json(self) -> Json:
        """Return the budget, and the figures in total and for each stage."""
        stages = [figures.model_dump(exclude={"agent_type", "round"}) for figures in self.usage.stages]
        total = self.usage.total.model_dump(exclude={"agent_type", "stage", "round"})
        return {"budget": self.budget.model_dump(mode="json"), "total": total, "stages": stages}


async def read_spending(client: Client, project_id: str) -> Spending | None:
    """Return what a project has spent; None if it asked no model, or the API does not say."""
    try:
        usage = Usage.model_validate(await client.get(f"/projects/{project_id}/usage"))
        if not usage.total.calls:
            return None
        budgets = ProjectBudgets.model_validate(await client.get(f"/projects/{project_id}/budget"))
    except CommandError:
        return None
    return Spending(budgets.project, usage)
