"""Pipelines and kinds of agents on the wire."""

from __future__ import annotations

from api.shapes.shape import Shape
from models.contracts.enums import AgentType


class PipelineItem(Shape):
    """A pipeline in a list."""

    name: str
    description: str
    stages: list[str]
    gates: list[str]


class AgentPublic(Shape):
    """A kind of agent; the rehearsal provider is deterministic, offline and free."""

    agent_type: AgentType
    description: str
    provider: str
