"""What events about gates and their responses carry."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from models.contracts.approvals import Approvals
from models.contracts.budget import Budget
from models.contracts.enums import EventType, HitlAction, HitlReason, HitlStatus
from models.contracts.event_data.payload import Payload, StoredText
from models.contracts.handoff import ArtifactRef


class HitlRequested(Payload):
    """A gate opened: a human has to decide."""

    event_type = EventType.HITL_REQUEST

    request_id: UUID
    stage: StoredText
    round: int
    reason: HitlReason
    question: StoredText
    artifacts: tuple[ArtifactRef, ...]
    expires_at: datetime
    needs_person: bool = Field(default=False, description="Whether only a person may approve it, by itself.")
    supersedes: str | None = Field(
        default=None,
        description="The subject that it asked about until then, if something that its step consumed was replaced: it "
        "is the same request with another subject, and asks again.",
    )
    subject_hash: str | None = Field(
        default=None, description="SHA-256 of what it asks about, which a response has to name."
    )
    approvals: Approvals | None = Field(default=None, description="Who may decide, if not everybody who may approve.")


class HitlResponded(Payload):
    """A response was applied, and its gate is closed."""

    event_type = EventType.HITL_RESPONSE

    request_id: UUID
    decision_id: UUID
    stage: StoredText
    round: int
    action: HitlAction
    status: HitlStatus
    comment: StoredText | None
    responder: StoredText
    accepted: tuple[ArtifactRef, ...] = Field(description="The artifact versions that the response accepted.")
    redo: StoredText | None = Field(
        default=None, description="The earlier stage that the work goes back to, if the response named one."
    )
    raise_by: Budget | None = Field(default=None, description="What the exhausted budget was raised by, if it was.")
    without_asking: bool = Field(default=False, description="Whether a program responded, and asked no person.")
    subject_hash: str | None = Field(default=None, description="SHA-256 of what the person looked at.")
    legacy: bool = Field(
        default=False,
        description="Whether the request is of an earlier version, which bound no response to what it asked about.",
    )
    reason: HitlReason | None = Field(default=None, description="Why the request asked, if its step had no result.")


class HitlExtended(Payload):
    """A person gave a request a later deadline."""

    event_type = EventType.HITL_EXTENDED

    request_id: UUID
    extension_id: UUID
    stage: StoredText
    round: int
    was: datetime = Field(description="The deadline until then.")
    expires_at: datetime = Field(description="The deadline from then on.")
    extended_by: StoredText = Field(description="Who extended it.")


class HitlExpired(Payload):
    """The deadline of a gate passed without a response."""

    event_type = EventType.HITL_EXPIRED

    request_id: UUID
    stage: StoredText
    round: int
    accepted: bool = Field(description="Whether the stage's artifacts were accepted anyway.")
