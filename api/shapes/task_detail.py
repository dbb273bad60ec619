"""A task with its agent's input and output, on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from api.shapes.artifacts import ArtifactItem
from api.shapes.tasks import TaskPublic
from models.contracts.handoff import Handoff
from models.contracts.names import AgentType, ArtifactType
from models.tables import Artifact, Task


class TaskDetail(TaskPublic):
    """A task with its agent's instructions, input artifacts and output artifacts."""

    project_id: UUID
    workflow_id: str
    standalone_task_id: UUID | None = Field(
        description="For a task outside the pipeline, or a later round of one: the first of its tasks."
    )
    from_agent: AgentType | None = Field(description="Null when the product owner gave the task.")
    instructions: str
    feedback: str | None = Field(description="What to change, in a later round.")
    expected_outputs: list[ArtifactType]
    priority: int = Field(description="1 is the highest.")
    context: list[ArtifactItem] = Field(description="The input artifact versions, in order.")
    artifacts: list[ArtifactItem] = Field(description="The artifact versions that the agent wrote.")

    @classmethod
    def from_handoff(
        cls, task: Task, handoff: Handoff, artifacts: Iterable[Artifact], usage: dict[str, Any] | None
    ) -> Self:
        """Return the task; `artifacts` are the ones that it was given and the ones that it wrote, each in order."""
        artifacts = list(artifacts)
        details = {
            "usage": usage,
            "from_agent": handoff.from_agent,
            "instructions": handoff.instructions,
            "expected_outputs": handoff.expected_outputs,
            "priority": handoff.priority,
            "context": [ArtifactItem.of(artifact) for artifact in artifacts if artifact.origin_id != task.id],
            "artifacts": [ArtifactItem.of(artifact) for artifact in artifacts if artifact.origin_id == task.id],
        }
        return cls.model_validate(task.model_dump() | details)
