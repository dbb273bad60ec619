"""What the API says, as far as the terminal reads it; fields that it does not know are left alone."""

from __future__ import annotations

import base64
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
    pipeline: str
    status: str
    oversight: str | None = None
    phase: str | None = None
    reason: str | None = None
    progress: Progress = Progress()
    created_at: datetime
    pipeline_definition: Pipeline = Pipeline()


class Artifact(Shape):
    """One version, with its content where the API gives it: text, or base64 where `encoding` says so."""

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
        """The content as it was stored."""
        return self.content.encode() if self.is_text else base64.b64decode(self.content)


class Decision(Shape):
    """One response to a request, and what became of it."""

    action: str
    outcome: str
    responder: str = ""
    comment: str | None = None
    explanation: str | None = None


class Task(Shape):
    """One execution of an agent, as a request tells of it."""

    round: int = 1
    verdict: str | None = None
    error: str | None = None


class Request(Shape):
    """A HITL request: the question of a gate. `contents` are the artifacts that it asks about, the foremost first."""

    id: str = Field(validation_alias="request_id")
    project_id: str
    project_name: str = ""
    stage: str
    agent_type: str
    round: int = 1
    question: str
    reason: str
    status: str
    may_redo: bool = True
    supplies: str | None = None
    created_at: datetime
    expires_at: datetime
    deadline_held: bool = False
    contents: tuple[Artifact, ...] = ()
    history: tuple[Decision, ...] = ()
    task: Task = Task()

    @property
    def failed(self) -> bool:
        """Whether it is about a failure, and no review: the step could not be done, or its verdict is a failure."""
        return self.reason in ("failed_step", "failed_verdict") or self.task.verdict == "failed"

    @property
    def pending(self) -> bool:
        return self.status == "pending"

    @property
    def failed_step(self) -> bool:
        """Whether there is no result to judge, as the agent could not do its work."""
        return self.reason == "failed_step"

    @property
    def may_approve(self) -> bool:
        """Approving a failed step does it again, which needs a round."""
        return self.may_redo or not self.failed_step
