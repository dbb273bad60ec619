"""HITL requests and responses on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from api.shapes.artifacts import ArtifactContent, Encoding, decode_content
from api.shapes.possible_action import PossibleAction
from api.shapes.shape import Shape
from api.shapes.task_detail import TaskDetail
from models.contracts.approvals import Approvals, Eligibility
from models.contracts.budget import FORM, Budget, GivenBudget, Shortage
from models.contracts.contract import Comment, Moment, StrictContract, Text
from models.contracts.enums import HitlAction, HitlReason, HitlStatus, ResponseOutcome
from models.contracts.expiry import AtExpiry
from models.contracts.handoff import ArtifactRef, MayContinue, NeedsPerson
from models.contracts.hitl import StageName, SubjectHash, check_response
from models.contracts.names import AgentType, ArtifactType
from models.contracts.replacement import Replacement
from models.contracts.tool_permission import ToolCall
from models.tables import HitlDecision, HitlRequest


class ResponseCreate(StrictContract):
    """A person's response to a HITL request. Sent again with the same `decision_id`, it counts once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"action": "approve", "subject_hash": "b5b2" * 16},
                {"action": "amend", "content": "# Project plan\n\nMy version.\n"},
                {"action": "amend", "comment": "Say who it is for."},
                {"action": "amend", "comment": "R3 asks for 404, not 400.", "redo": "acceptance"},
                {"action": "approve", "raise_by": "2usd"},
                {"action": "reject", "comment": "We buy this instead."},
            ]
        }
    )

    action: HitlAction
    content: Text | None = Field(default=None, description="Replaces the artifact; for amend only.")
    encoding: Encoding = Encoding.UTF_8
    comment: Comment | None = Field(default=None, description="Required to reject, and to amend without content.")
    decision_id: UUID | None = Field(default=None, description="Chosen by the client, or else generated.")
    artifact_id: UUID | None = Field(default=None, description="The version that this is about, by default the first.")
    redo: StageName | None = Field(
        default=None,
        description="The earlier stage that the work goes back to with the comment, one of the request's "
        "`redo_stages`; for amend without content only.",
    )
    raise_by: GivenBudget | None = Field(
        default=None,
        description=f"What the exhausted budget is raised by, as {FORM}; to approve a request whose reason is "
        "`budget`.",
    )
    raise_from: GivenBudget | None = Field(
        default=None,
        description="The limit that the person saw, by default that of the request. If the budget has been raised to a "
        "higher one meanwhile, `raise_by` is refused: two raises add up.",
    )
    in_bulk: bool = Field(
        default=False, description="Whether it is one of several that are sent together, which not every gate accepts."
    )
    without_asking: bool = Field(
        default=False,
        description="Whether a program responds by itself. Its approval counts as a gate that passed without a person, "
        "and a gate that needs a person refuses it.",
    )
    responder: Annotated[Text, Field(min_length=1, max_length=255)] = "human"
    subject_hash: SubjectHash | None = Field(
        default=None,
        description="The request's `subject_hash`, as the person saw it. Required, unless the request has none because "
        "it is of an earlier version.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.content is not None and not self.content.strip():
            raise ValueError("content must not be blank")
        has_content, has_comment = self.content is not None, self.comment is not None
        raises = self.raise_by is not None
        check_response(self.action, has_content=has_content, has_comment=has_comment, redo=self.redo, raises=raises)
        return self

    def decode_content(self, max_bytes: int) -> bytes | None:
        """Return the amended content. Raises InvalidError or TooLargeError."""
        return None if self.content is None else decode_content(self.content, self.encoding, max_bytes)


class ResponseAnswer(Shape):
    """The outcome of a response: applied, or `submitted` until a worker has judged it."""

    request_id: UUID
    decision_id: UUID
    outcome: ResponseOutcome | None = None
    status: HitlStatus | Literal["submitted"]


class RequestItem(Shape):
    """A HITL request in a list; the most important artifact comes first."""

    request_id: UUID
    project_id: UUID
    task_id: UUID
    agent_type: AgentType
    stage: str
    round: int
    title: str = Field(description="What it is about, in one line, such as `Coder failed on build`.")
    question: str
    cause: str | None = Field(description="Why the step has no result, if it has none.")
    reason: HitlReason
    status: HitlStatus
    artifacts: list[ArtifactRef]
    may_redo: bool = Field(description="Whether an amend without content is possible: a round is left.")
    may_continue: MayContinue
    needs_person: NeedsPerson
    supplies: ArtifactType | None = Field(description="The artifact type that a person may supply for a failed step.")
    shortage: Shortage | None = Field(description="The budget that is exhausted, if the reason is `budget`.")
    tool_call: ToolCall | None = Field(description="The call that needs permission, if the reason is `tool_call`.")
    decision_id: UUID | None
    created_at: Moment
    expires_at: Moment
    decided_at: Moment | None
    at_expiry: AtExpiry = Field(description="What happens if nobody decides before `expires_at`.")
    subject_hash: str | None = Field(
        default=None,
        description="SHA-256 of what it asks about, which a response has to name. None if the request is of an earlier "
        "version.",
    )
    approvals: Approvals | None = Field(
        default=None, description="Who may decide, as the pipeline says; null is everybody who may approve."
    )

    replaced: list[Replacement] = Field(
        default=[],
        description="What its step had consumed and people replaced since, in order: the newest 50, and the last of "
        "each input; in lists only the last one. With each change it asks again: its `subject_hash` is another one.",
    )

    @classmethod
    def of(cls, request: HitlRequest, *, title: str, at_expiry: AtExpiry, **extra: Any) -> Self:
        fields = request.model_dump(exclude={"id"}) | {"replaced": (request.replaced or [])[-1:]}
        return cls(request_id=request.id, title=title, at_expiry=at_expiry, **(fields | extra))


class PendingRequest(RequestItem):
    project_name: str
    eligibility: Eligibility
    deadline_held: bool = Field(
        default=False,
        description="Whether the deadline is suspended because the project is paused or stopped. Resuming or releasing "
        "it extends the deadline.",
    )


class DecisionPublic(Shape):
    """One response, applied or not; `explanation` has the reason if not."""

    decision_id: UUID
    action: HitlAction
    comment: str | None
    content_hash: str | None
    artifact_id: UUID | None
    redo: str | None = Field(description="The earlier stage that it sends the work back to.")
    raise_by: Budget | None = Field(description="What the exhausted budget was raised by.")
    responder: str
    principal_id: UUID | None = Field(
        default=None, description="The id of the responder, if that one had signed in: others may have the same name."
    )
    outcome: ResponseOutcome
    explanation: str | None
    subject_hash: str | None = Field(default=None, description="SHA-256 of what the person looked at.")
    legacy: bool = Field(
        default=False, description="Whether it names no subject, because its request is of an earlier version."
    )
    responded_at: Moment
    recorded_at: Moment

    @classmethod
    def of(cls, decision: HitlDecision, **extra: Any) -> Self:
        voter = decision.voter or {}
        return cls(
            decision_id=decision.id,
            principal_id=voter.get("principal_id"),
            legacy=decision.subject_hash is None,
            **decision.model_dump(exclude={"id"}),
            **extra,
        )


class ExtensionPublic(Shape):
    """A later deadline that a person gave a request."""

    extension_id: UUID
    extended_by: str
    principal_id: UUID | None = Field(default=None, description="The id of who extended it, if that one had signed in.")
    was: Moment = Field(description="The deadline until then.")
    expires_at: Moment = Field(description="The deadline from then on.")
    extended_at: Moment


class RequestPublic(RequestItem):
    """A HITL request with what can be done about it, its task, every response to it, the artifacts that it is about,
    and then the amended one, if any."""

    actions: list[PossibleAction] = Field(description="What a person can do about it, the usual first.")
    eligibility: Eligibility
    log: str | None = Field(description="The end of the step's conversation with its model, if it has no result.")
    redo_default: str = Field(description="The stage that an amend without content sends the work back to.")
    redo_stages: list[str] = Field(description="The earlier stages that `redo` may name instead.")
    shortage_now: Shortage | None = Field(
        default=None, description="The exhausted budget as it is now, while the request is open."
    )
    task: TaskDetail
    history: list[DecisionPublic]
    extensions: list[ExtensionPublic] = Field(description="The later deadlines that people gave it, in order.")
    contents: list[ArtifactContent]
