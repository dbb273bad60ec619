"""The API's responses as far as the terminal reads them. Unknown fields and values are accepted."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.contracts.approvals import Eligibility
from models.contracts.budget import Amounts, Shortage
from models.contracts.enums import UNFINISHED, EventType, HitlReason, HitlStatus, Verdict
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


class Decision(Shape):
    """One response to a request, and its outcome."""

    action: str
    outcome: str
    responder: str = ""
    principal_id: str | None = None
    comment: str | None = None
    explanation: str | None = None
    content_hash: str | None = None

    @property
    def has_content(self) -> bool:
        """Whether the person wrote the result."""
        return self.content_hash is not None


class Replacement(Shape):
    """What the step of a request had consumed, and somebody replaced since."""

    artifact_id: str
    replaced_by: str | None = None
    by: str = "somebody"

    @property
    def what(self) -> str:
        if self.replaced_by is None:
            return "withdrawn"
        return "set back" if self.replaced_by == self.artifact_id else "replaced"

    @property
    def words(self) -> str:
        """Who did what, as the page says it."""
        if self.replaced_by is None:
            return f"{self.by} withdrew an input"
        if self.replaced_by == self.artifact_id:
            return f"{self.by} made an earlier version the input again"
        return f"{self.by} replaced an input by a new version"


class Task(Shape):
    """The task that a request is about."""

    id: str = Field(default="", validation_alias="task_id")
    round: int = 1
    verdict: str | None = None
    error: str | None = None
    standalone_task_id: str | None = None

    @property
    def is_standalone(self) -> bool:
        """Whether it is outside the pipeline, so that only it ends with a rejection."""
        return self.standalone_task_id is not None


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


class AtExpiry(Shape):
    """What happens at a request's deadline; empty in an API of an earlier version."""

    effect: str = ""
    words: str = ""


SHOWN_DIGITS = 12
"""Digits of a request's subject that people see."""


class Request(Shape):
    """A HITL request: the question of a gate. `contents` are the artifacts it asks about, the main one first."""

    id: str = Field(validation_alias="request_id")
    project_id: str
    project_name: str = ""
    stage: str
    agent_type: str
    round: int = 1
    title: str = ""
    question: str
    cause: str | None = None
    log: str | None = None
    reason: str
    status: str
    may_redo: bool = True
    needs_person: bool = False
    redo_default: str = ""
    redo_stages: tuple[str, ...] = ()
    supplies: str | None = None
    shortage: Shortage | None = None
    shortage_now: Shortage | None = None
    created_at: datetime
    expires_at: datetime
    at_expiry: AtExpiry = AtExpiry()
    deadline_held: bool = False
    subject_hash: str | None = None
    eligibility: Eligibility = Eligibility()
    contents: tuple[Artifact, ...] = ()
    history: tuple[Decision, ...] = ()
    replaced: tuple[Replacement, ...] = ()
    task: Task = Task()

    @property
    def is_failure(self) -> bool:
        """Whether it is about a step without a result or a failed verdict rather than a review."""
        failed = self.reason in (*UNFINISHED, HitlReason.FAILED_VERDICT)
        return failed or self.task.verdict == Verdict.FAILED

    @property
    def is_barred(self) -> bool:
        """Whether others have to decide."""
        return not self.eligibility.may_decide

    @property
    def is_pending(self) -> bool:
        return self.status == HitlStatus.PENDING

    @property
    def is_failed_step(self) -> bool:
        """Whether the step has no result to review: its agent failed or was stopped, or a budget ended it."""
        return self.reason in UNFINISHED

    @property
    def is_exhausted_budget(self) -> bool:
        """Whether a budget did not allow the step to continue: approving may raise it."""
        return self.reason == HitlReason.BUDGET

    @property
    def may_approve(self) -> bool:
        """Whether approving is possible: approving a failed step runs it again, which needs a round."""
        return self.may_redo or self.reason != HitlReason.FAILED_STEP


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
