"""The API's responses as far as the terminal reads them. Unknown fields and values are accepted."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.contracts.budget import Amounts
from models.contracts.enums import EventType
from models.contracts.event_data import PAYLOADS, EventData, read_data
from models.contracts.names import REHEARSAL


class Shape(BaseModel):
    """The base of everything that is read from the API."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Shape):
    """One frame of the WebSocket. Control frames (connection_ready, heartbeat) have no `seq`."""

    event_type: str
    seq: int | None = None
    project_id: str | None = None
    task_id: str | None = None
    agent_type: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    timestamp: datetime | None = None

    @property
    def payload(self) -> EventData | None:
        """The data as the model of its event type; None if the type is unknown, or of a control frame.

        The API may be of another version: a value that this version does not know stays as it came, and a missing
        field is None. So compare enum values with `==`, not with `is`.
        """
        try:
            event_type = EventType(self.event_type)
        except ValueError:
            return None
        try:
            return read_data(event_type, self.data)
        except ValidationError:
            payload = PAYLOADS[event_type]
            values: Any = {name: self.data.get(name) for name in payload.model_fields}
            return payload.model_construct(**values)


class Progress(Shape):
    done: int = 0
    total: int = 0


class Stage(Shape):
    name: str
    agent: str


class Pipeline(Shape):
    stages: tuple[Stage, ...] = ()


class Project(Shape):
    id: str
    name: str
    owner: str | None = None
    tags: tuple[str, ...] = ()
    archived_at: datetime | None = None
    kept_at: datetime | None = None
    pipeline: str
    status: str
    oversight: str | None = None
    crew: str = REHEARSAL
    model: str | None = None
    phase: str | None = None
    reason: str | None = None
    progress: Progress = Progress()
    spent: Amounts = Amounts()
    created_at: datetime
    pipeline_definition: Pipeline = Pipeline()

    @property
    def has_asked_model(self) -> bool:
        return bool(self.spent.tokens or self.spent.usd)


class Artifact(Shape):
    """One version; `content` is set if the API includes it, as text or base64 according to `encoding`."""

    id: str = Field(validation_alias="artifact_id")
    type: str
    name: str = ""
    version: int
    author: str
    media_type: str
    size: int
    created_at: datetime
    accepted_at: datetime | None = None
    previous_id: str | None = None
    content: str = ""
    encoding: str = "utf-8"

    @property
    def is_text(self) -> bool:
        return self.encoding != "base64"

    @property
    def bytes(self) -> bytes:
        """The content as stored."""
        return self.content.encode() if self.is_text else base64.b64decode(self.content)


class TaskItem(Shape):
    """One execution of an agent: a round of a stage, or a standalone task."""

    id: str = Field(validation_alias="task_id")
    agent_type: str
    stage: str
    status: str
    round: int = 1
    verdict: str | None = None
    error: str | None = None
    attempt: int = 1
    created_at: datetime


class Stop(Shape):
    """A stop, held until `released_at`."""

    id: str = Field(validation_alias="stop_id")
    scope: str
    project_id: str | None = None
    role: str | None = None
    task_id: str | None = None
    reason: str
    stopped_by: str
    created_at: datetime
    released_at: datetime | None = None
