"""What can be run, on the wire."""

from __future__ import annotations

from api.shapes.shape import Shape
from models.contracts.enums import AgentType


class PipelineItem(Shape):
    """A pipeline, as the list shows it."""

    name: str
    description: str
    stages: list[str]
    gates: list[str]


class AgentPublic(Shape):
    """A kind of agent; the rehearsal provider is deterministic, offline and free."""

    agent_type: AgentType
    description: str
    provider: str
