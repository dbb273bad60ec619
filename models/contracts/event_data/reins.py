"""What events about budgets and stops carry."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from models.contracts.budget import BudgetKind, BudgetUnit
from models.contracts.enums import EventType, StopScope
from models.contracts.event_data.payload import Payload, StoredText
from models.contracts.names import AgentType


class BudgetAlert(Payload):
    """Most of a budget is spent."""

    event_type = EventType.BUDGET_ALERT

    kind: BudgetKind
    unit: BudgetUnit
    percent: int = Field(description="How much of the limit is spent, at least: 80, 90 or 95.")
    spent: float
    limit: float
    stage: StoredText = Field(description="The stage whose call passed that part.")


class StopChange(Payload):
    """A person stopped the project or a part of it, or released a stop. A stop of one step names its `task_id`."""

    event_type = EventType.STOP_CHANGE

    stop_id: UUID
    scope: StopScope
    role: AgentType | None = Field(default=None, description="The role whose steps are stopped; null for every role.")
    stopped: bool = Field(description="True when the stop begins, false when it is released.")
    reason: StoredText = Field(description="Why it was stopped, or released.")
    by: StoredText = Field(description="Who stopped or released it.")
