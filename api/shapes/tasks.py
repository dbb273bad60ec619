"""Tasks on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.shapes.shape import NonBlankText, Shape
from api.shapes.workflows import WorkflowProblemPublic
from models.contracts.contract import Moment, StrictContract
from models.contracts.enums import TaskStatus, Verdict
from models.contracts.names import AgentType
from models.contracts.usage import Usage


class TaskCreate(StrictContract):
    """A standalone task for an agent, outside the project's pipeline."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"agent_type": "analyst", "instructions": "List the risks of this brief.", "context_ids": []}]
        }
    )

    agent_type: AgentType
    instructions: Annotated[NonBlankText, Field(max_length=10_000)]
    context_ids: tuple[UUID, ...] = Field(
        default=(), max_length=100, description="Artifacts of the project that the agent gets."
    )


class TaskSubmitted(Shape):
    task_id: UUID
    workflow_id: str
    status: Literal["submitted"] = "submitted"


class TaskPublic(Shape):
    """One execution of an agent. `attempt`: how many attempts its activity has made; `accepted` is about its result."""

    model_config = ConfigDict(from_attributes=True)

    task_id: UUID = Field(validation_alias="id")
    agent_type: AgentType
    stage: str
    status: TaskStatus
    round: int
    verdict: Verdict | None
    confidence: float | None
    error: str | None
    attempt: int
    accepted: bool
    usage: Usage | None = Field(
        default=None,
        description="What it has used. While a model works on it, and after a failure, what is in its transcript.",
    )
    created_at: Moment
    updated_at: Moment
    workflow_problem: WorkflowProblemPublic | None = Field(
        default=None, description="For a standalone task: what is wrong with its workflow, if anything."
    )

    @classmethod
    def of(cls, task: Any) -> Self:
        """Return a task of its row."""
        public = cls.model_validate(task)
        if public.status is TaskStatus.CANCELLED:
            return public.model_copy(update={"workflow_problem": None})
        return public
