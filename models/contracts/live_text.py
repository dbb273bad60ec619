"""What a model has written so far in a call that is running, as people watch it. It is stored nowhere but in Redis."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from .contract import Contract
from .names import AgentType


class LiveCall(Contract):
    """One call of a model, as far as it has been written."""

    call: UUID = Field(description="The call: each try of a turn is a new one.")
    turn: int = Field(description="The number that the turn gets in the task's transcript.")
    tool: str | None = Field(default=None, description="The tool whose arguments the model is writing, if any.")
    text: str
    is_cut: bool = Field(default=False, description="Whether the model has written more than is shown.")


class LiveText(LiveCall):
    """A running call, and the task that it is for."""

    project_id: UUID
    task_id: UUID
    agent_type: AgentType
    stage: str
