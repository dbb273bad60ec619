"""The agents of a project on the wire."""

from __future__ import annotations

from uuid import UUID

from api.shapes.shape import Shape
from models.contracts.contract import Moment
from models.contracts.enums import AgentStatus
from models.contracts.names import AgentType


class AgentStatePublic(Shape):
    """The status of one agent of a project; an agent that has done nothing yet is idle."""

    agent_type: AgentType
    status: AgentStatus
    task_id: UUID | None
    updated_at: Moment | None
