"""HITL requests and responses on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from api.shapes.artifacts import ArtifactContent, Encoding, body_of
from api.shapes.shape import Moment, Shape
from api.shapes.task_detail import TaskDetail
from models.contracts.contract import Comment, StrictContract, Text
from models.contracts.enums import AgentType, ArtifactType, HitlAction, HitlReason, HitlStatus, ResponseOutcome
from models.contracts.handoff import ArtifactRef
from models.tables import HitlDecision, HitlRequest


class ResponseCreate(StrictContract):
    """A person's answer to a HITL request. Sent again under the same `decision_id`, it is the same answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"action": "approve"},
                {"action": "amend", "content": "# Project plan\n\nAs I would have it.\n"},
                {"action": "amend", "comment": "Say who it is for."},
                {"action": "reject", "comment": "We buy this instead."},
            ]
        }
    )

    action: HitlAction
    content: Text | None = Field(default=None, description="Takes the artifact's place; for amend only.")
    encoding: Encoding = Encoding.UTF_8
    comment: Comment | None = Field(default=None, description="Needed to reject, and to amend without content.")
    decision_id: UUID | None = Field(default=None, description="Yours to choose; one is made where it is missing.")
    artifact_id: UUID | None = Field(default=None, description="The version that is answered; else the foremost.")
    responder: Annotated[Text, Field(min_length=1, max_length=255)] = "human"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.content is not None and not self.content.strip():
            raise ValueError("content must not be blank")
        if self.action is HitlAction.AMEND and self.content is None and self.comment is None:
            raise ValueError("amend needs content, or a comment to redo the stage with")
        if self.action is HitlAction.REJECT and self.comment is None:
            raise ValueError("reject needs a comment that says why")
        if self.action is not HitlAction.AMEND and self.content is not None:
            raise ValueError(f"{self.action} takes no content")
        return self

    def body(self) -> bytes | None:
        """The amended content; raises InvalidError."""
        return None if self.content is None else body_of(self.content, self.encoding)


class ResponseAnswer(Shape):
    """What became of a response: applied, or still `submitted` where no worker has judged it yet."""

    request_id: UUID
    decision_id: UUID
    outcome: ResponseOutcome | None = None
    status: HitlStatus | Literal["submitted"]


class RequestItem(Shape):
    """A HITL request, as lists show it; the foremost artifact comes first."""

    request_id: UUID
    project_id: UUID
    task_id: UUID
    agent_type: AgentType
    stage: str
    round: int
    question: str
    reason: HitlReason
    status: HitlStatus
    artifacts: list[ArtifactRef]
    may_redo: bool = Field(description="Whether a round is left for an amend without content.")
    supplies: ArtifactType | None = Field(description="What a human may write in place of a step that failed.")
    decision_id: UUID | None
    created_at: Moment
    expires_at: Moment
    decided_at: Moment | None

    @classmethod
    def of(cls, request: HitlRequest, **more: Any) -> Self:
        return cls(request_id=request.id, **request.model_dump(exclude={"id"}), **more)


class PendingRequest(RequestItem):
    project_name: str
    deadline_held: bool = Field(
        default=False,
        description="Whether the deadline stands still, as the project is paused. It is put off when it is resumed.",
    )


class DecisionPublic(Shape):
    """One response, applied or not; `explanation` says why not."""

    decision_id: UUID
    action: HitlAction
    comment: str | None
    content_hash: str | None
    artifact_id: UUID | None
    responder: str
    outcome: ResponseOutcome
    explanation: str | None
    responded_at: Moment
    recorded_at: Moment

    @classmethod
    def of(cls, decision: HitlDecision) -> Self:
        return cls(decision_id=decision.id, **decision.model_dump(exclude={"id"}))


class RequestPublic(RequestItem):
    """A HITL request with the task that it is about, every response to it, the artifacts that it asks about, and then
    the amended one, if any."""

    task: TaskDetail
    history: list[DecisionPublic]
    contents: list[ArtifactContent]
