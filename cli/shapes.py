"""What the API says, as far as the terminal reads it; fields that it does not know are left alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """The parent of everything that is read from the API."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Shape):
    """One frame of the WebSocket. Control frames (connection_ready, heartbeat) have no number."""

    event_type: str
    seq: int | None = None
    project_id: str | None = None
    task_id: str | None = None
    agent_type: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    timestamp: datetime | None = None

    def text(self, name: str) -> str:
        """A field of the data as text, empty where it is missing."""
        value = self.data.get(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> int:
        """A field of the data as a number, 0 where it is none."""
        value = self.data.get(name)
        return value if isinstance(value, int) else 0
