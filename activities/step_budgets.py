"""The budgets that a step's calls of models count against."""

from __future__ import annotations

from datetime import UTC, datetime

from models.contracts.budget import MAX_AMOUNTS, Budget, BudgetUnit, Limits
from models.contracts.handoff import StepInput
from store import budget_scopes
from store.budget_scopes import Scope


def now() -> datetime:
    return datetime.now(UTC)


class StepBudgets:
    """The scopes of one step: itself, its role in the project, the project, and the day.

    Args:
        daily: what all calls of a day (UTC) may use together.
    """

    def __init__(self, step: StepInput, daily: Budget) -> None:
        self._step = step
        self._daily = daily
        self._role = step.role.budget if step.role is not None else None

    def names(self) -> list[str]:
        """Return the names of the scopes, as of now."""
        step = self._step
        return [
            budget_scopes.step(step.task_id),
            budget_scopes.role(step.project_id, step.handoff.to_agent),
            budget_scopes.project(step.project_id),
            budget_scopes.day(now()),
        ]

    def scopes(self, step_usd: float) -> list[Scope]:
        """Return the scopes with their limits, as of now: the step's first, which is the easiest to raise.

        Args:
            step_usd: what the step may cost in all, unless its stage has a budget.
        """
        step, (own, role, project, day) = self._step, self.names()
        times = step.continued + 1
        once = Limits.model_validate(
            {"usd": min(step_usd / times, MAX_AMOUNTS[BudgetUnit.USD])} | (step.budget.given if step.budget else {})
        )
        grown = {unit: min(times * limit, MAX_AMOUNTS[unit]) for unit, limit in once.given.items()}
        return [
            Scope(own, step.project_id, Limits.model_validate(grown), once),
            Scope(role, step.project_id, self._role or budget_scopes.NO_LIMITS),
            Scope(project, step.project_id),
            Scope(day, None, self._daily),
        ]
