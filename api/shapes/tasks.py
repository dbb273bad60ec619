"""Tasks on the wire."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.shapes.shape import Moment, Prose, Shape
from models.contracts.contract import Contract
from models.contracts.words import AgentType, TaskStatus, Verdict
from models.tables import Task


class TaskCreate(Contract):
    """A handoff that a person asks for, outside the project's pipeline."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"agent_type": "analyst", "instructions": "List the risks of this brief.", "context_ids": []}]
        }
    )

    agent_type: AgentType
    instructions: Annotated[Prose, Field(max_length=10_000)]
    context_ids: tuple[UUID, ...] = Field(
        default=(), max_length=100, description="Artifacts of the project that the agent is given."
    )


class TaskSubmitted(Shape):
    task_id: UUID
    workflow_id: str
    status: Literal["submitted"] = "submitted"


class TaskPublic(Shape):
    """One execution of an agent. `attempt` counts how often its activity was begun, `accepted` is its result's."""

    task_id: UUID
    agent_type: AgentType
    stage: str
    status: TaskStatus
    round: int
    verdict: Verdict | None
    confidence: float | None
    error: str | None
    attempt: int
    accepted: bool
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, task: Task) -> Self:
        return cls(task_id=task.id, **task.model_dump(exclude={"id"}))
