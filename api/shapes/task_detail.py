"""A task with all that its agent was told, on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from pydantic import Field

from api.shapes.artifacts import ArtifactItem
from api.shapes.shape import Shape
from api.shapes.tasks import TaskPublic
from models.contracts.enums import AgentType, ArtifactType
from models.contracts.handoff import Handoff
from models.tables import Artifact, Task


class UsagePublic(Shape):
    """What a task cost; `cost_usd` in US dollars."""

    model: str
    input_tokens: int
    output_tokens: int
    cost_usd: float


class TaskDetail(TaskPublic):
    """A task with what its agent was given, and what it wrote."""

    project_id: UUID
    workflow_id: str
    from_agent: AgentType | None = Field(description="Null where the product owner handed over.")
    instructions: str
    feedback: str | None = Field(description="What was to be changed, in a later round.")
    expected_outputs: list[ArtifactType]
    priority: int = Field(description="1 is the highest.")
    context: list[ArtifactItem] = Field(description="The versions that the agent was given, in that order.")
    artifacts: list[ArtifactItem] = Field(description="The versions that it wrote.")
    usage: UsagePublic | None

    @classmethod
    def told(cls, task: Task, handoff: Handoff, known: Iterable[Artifact]) -> Self:
        """The task, with those of the known artifacts that it was given and that it wrote, in their order."""
        given = {
            "from_agent": handoff.from_agent,
            "instructions": handoff.instructions,
            "expected_outputs": handoff.expected_outputs,
            "priority": handoff.priority,
            "context": [ArtifactItem.of(one) for one in known if one.origin_id != task.id],
            "artifacts": [ArtifactItem.of(one) for one in known if one.origin_id == task.id],
        }
        return cls.model_validate(task.model_dump() | given)
