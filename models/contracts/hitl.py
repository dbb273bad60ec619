"""Responses to a HITL request, and their outcomes."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from .approvals import Voter
from .budget import Budget
from .contract import Comment, ContentHash, Contract, Moment, Text
from .enums import HitlAction, ResponseOutcome

StageName = Annotated[Text, Field(min_length=1, max_length=63)]

SubjectHash = Annotated[
    ContentHash,
    Field(
        description="SHA-256 of what a request asks about: its subject. A response names the one that was looked at."
    ),
]


def check_response(
    action: HitlAction, *, has_content: bool, has_comment: bool, redo: str | None = None, raises: bool = False
) -> None:
    """Raise ValueError if the action lacks a field that it needs, or has one that it does not accept."""
    if action is HitlAction.AMEND and not has_content and not has_comment:
        raise ValueError("amend needs content, or a comment to redo the stage with")
    if action is HitlAction.REJECT and not has_comment:
        raise ValueError("reject needs a comment that says why")
    if action is not HitlAction.AMEND and has_content:
        raise ValueError(f"{action} takes no content")
    if redo is not None and (action is not HitlAction.AMEND or has_content):
        raise ValueError("redo needs amend with a comment, and without content")
    if raises and action is not HitlAction.APPROVE:
        raise ValueError("raise_by needs approve")


PATCHED_FIELDS = frozenset({"subject_hash", "signature", "voter"})
"""Fields that earlier versions do not know. Their workers record a patch marker for each response that has an unknown
field, so a workflow of this version records it, too: else neither could replay the other's histories. A field that is
added later belongs here."""

LATER_FIELDS = ("raise_from", *sorted(PATCHED_FIELDS))


class Signature(Contract):
    """What an API vouches with for a response that it received: its public key and the Ed25519 signature, in
    hexadecimal digits. `store/signatures.py` has what is signed."""

    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    value: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class HitlResponse(Contract):
    """One response, the payload of the `respond` signal. It contains the hash of an amendment's content.

    `artifact_id` is the artifact version that the response is about and that an amendment replaces. `redo` names the
    earlier stage that the work goes back to, if it is not the one that the gate would choose. `raise_by` is what an
    exhausted budget is raised by, and `raise_from` the limit that the person saw. `without_asking` says that a program
    responds by itself. `subject_hash` is what the person looked at. `voter` is who it is; nobody where people do not
    sign in. Responses of earlier versions have no hash, no signature and no voter.
    Raises ValueError as `check_response` does.
    """

    request_id: UUID
    decision_id: UUID
    action: HitlAction
    comment: Comment | None = None
    content_hash: ContentHash | None = None
    artifact_id: UUID | None = None
    redo: StageName | None = None
    raise_by: Budget | None = None
    raise_from: Budget | None = None
    without_asking: bool = False
    responder: Text = Field(default="human", min_length=1, max_length=255)
    responded_at: Moment
    subject_hash: SubjectHash | None = None
    signature: Signature | None = None
    voter: Voter | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        has_content, has_comment = self.content_hash is not None, self.comment is not None
        raises = self.raise_by is not None
        check_response(self.action, has_content=has_content, has_comment=has_comment, redo=self.redo, raises=raises)
        return self

    @model_serializer(mode="wrap")
    def _without_new_fields(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what a worker of an earlier version would not know, unless it is needed: a field that one worker
        knows and another does not makes their histories differ."""
        fields: dict[str, Any] = serialize(self)
        for name in LATER_FIELDS:
            if getattr(self, name) is None:
                fields.pop(name, None)
        return fields

    @property
    def redoes(self) -> bool:
        """Whether it asks to repeat the stage, or an earlier one."""
        return self.action is HitlAction.AMEND and self.content_hash is None


class JudgedResponse(Contract):
    """A response and its outcome. `explanation` says why it was not applied."""

    response: HitlResponse
    outcome: ResponseOutcome
    explanation: str | None = None

    @classmethod
    def too_late(cls, response: HitlResponse) -> Self:
        """Return a response as superseded: its request is no longer open."""
        explanation = "the request was no longer open"
        return cls(response=response, outcome=ResponseOutcome.SUPERSEDED, explanation=explanation)


class Judgement(Contract):
    """The outcomes of the responses to a request, with at most one winner."""

    winner: HitlResponse | None = None
    judged: tuple[JudgedResponse, ...] = ()
