"""A person's response to a HITL request, and what the workflow makes of it."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from .contract import Comment, ContentHash, Contract, Moment, Text
from .enums import HitlAction, ResponseOutcome


class HitlResponse(Contract):
    """One response, as the `respond` signal carries it; the content of an amendment travels as its hash.

    `artifact_id` names the artifact version that is answered (and that an amendment replaces).
    Raises ValueError where the action lacks what it needs.
    """

    request_id: UUID
    decision_id: UUID
    action: HitlAction
    comment: Comment | None = None
    content_hash: ContentHash | None = None
    artifact_id: UUID | None = None
    responder: Text = Field(default="human", min_length=1, max_length=255)
    responded_at: Moment

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.action is HitlAction.AMEND and self.content_hash is None and self.comment is None:
            raise ValueError("amend needs content, or a comment to redo the stage with")
        if self.action is HitlAction.REJECT and self.comment is None:
            raise ValueError("reject needs a comment that says why")
        if self.action is not HitlAction.AMEND and self.content_hash is not None:
            raise ValueError(f"{self.action} takes no content")
        return self

    @property
    def redoes(self) -> bool:
        """Whether it asks for the stage to be done again."""
        return self.action is HitlAction.AMEND and self.content_hash is None


class JudgedResponse(Contract):
    """A response and what became of it; `explanation` says why it was not applied."""

    response: HitlResponse
    outcome: ResponseOutcome
    explanation: str | None = None
