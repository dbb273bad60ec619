"""The envelope in which every event travels, live or from the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from .contract import Contract
from .enums import AgentType, EventType


class Event(Contract):
    """One event. `seq` numbers a project's log from 1 without gaps; None for what is live only (task_progress)."""

    event_type: EventType
    seq: int | None
    project_id: UUID
    task_id: UUID | None = None
    agent_type: AgentType | None = None
    data: dict[str, Any]
    timestamp: datetime
