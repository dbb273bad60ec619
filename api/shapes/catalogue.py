"""Pipelines and kinds of agents on the wire."""

from __future__ import annotations

from pydantic import Field

from api.shapes.shape import Shape
from models.contracts.names import AgentType, CrewName
from models.contracts.roles import ModelName


class PipelineItem(Shape):
    """A pipeline in a list."""

    name: str
    description: str
    stages: list[str]
    gates: list[str]


class ProviderPublic(Shape):
    """A provider of agents; one that rehearses is deterministic, offline and free."""

    name: CrewName
    description: str
    is_rehearsal: bool
    is_default: bool
    default_model: ModelName | None = Field(
        description="The model that it asks unless a project, a role or a stage names another; null if there is none."
    )


class AgentPublic(Shape):
    """A kind of agent, and who plays it unless a project names another provider."""

    agent_type: AgentType
    description: str
    provider: str
