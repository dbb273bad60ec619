"""The scopes of budgets: which budgets a call of a model counts against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from models.contracts.budget import BudgetKind, Limits

NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Scope:
    """A budget by its name, such as `day:2026-11-28`.

    `limits` are those of the settings or the pipeline; where they are None, the row of the budget has its own.
    `once` is what the limits grow by whenever a person lets a step continue.
    """

    name: str
    project_id: UUID | None = None
    limits: Limits = NO_LIMITS
    once: Limits = NO_LIMITS

    @property
    def kind(self) -> BudgetKind:
        return kind_of(self.name)


def kind_of(name: str) -> BudgetKind:
    """Return whose budget a scope is."""
    return BudgetKind(name.partition(":")[0])


def day(moment: datetime) -> str:
    """Return the scope of the day (UTC) of a moment."""
    return f"{BudgetKind.DAY}:{moment.astimezone(UTC):%Y-%m-%d}"


def project(project_id: UUID) -> str:
    return f"{BudgetKind.PROJECT}:{project_id}"


def role(project_id: UUID, name: str) -> str:
    return f"{BudgetKind.ROLE}:{project_id}:{name}"


def step(task_id: UUID) -> str:
    return f"{BudgetKind.STEP}:{task_id}"
