"""Responses to HITL requests."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum

from cli.client import Client, Json
from cli.exits import ApiError, UsageError
from cli.shapes import Request

SUBMITTED = 202
"""The status of an answer that no worker has got to yet."""


class Action(StrEnum):
    APPROVE = "approve"
    AMEND = "amend"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be sent. Its id is made once, so that sending it again changes nothing."""

    action: Action
    comment: str | None = None
    content: str | None = None
    encoding: str | None = None
    artifact_id: str | None = None
    responder: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def check(self) -> None:
        """Raises UsageError where the action lacks what it needs."""
        if self.action is Action.AMEND and self.content is None and not self.comment:
            raise UsageError("amend needs --content-file, or a --comment to do the stage again with")
        if self.action is Action.REJECT and not self.comment:
            raise UsageError("reject needs a --comment that says why")
        if self.action is not Action.AMEND and self.content is not None:
            raise UsageError(f"{self.action} takes no content")

    def as_json(self) -> Json:
        fields = {
            "action": str(self.action),
            "decision_id": self.id,
            "comment": self.comment,
            "content": self.content,
            "encoding": self.encoding,
            "artifact_id": self.artifact_id,
            "responder": self.responder,
        }
        return {name: value for name, value in fields.items() if value is not None}


async def get(client: Client, request_id: str) -> Request:
    """One request, with its artifacts and its history."""
    return Request.model_validate(await client.get(f"/hitl/{request_id}"))


async def respond(client: Client, request_id: str, answer: Answer) -> tuple[int, Json]:
    """Send an answer. Gives 200 and the outcome, or 202 where no worker has got to it yet.

    Raises:
        ApiError: it was refused, or (409) another response decided first.
    """
    return await client.post(f"/hitl/{request_id}/respond", answer.as_json())


def lost(error: ApiError) -> bool:
    """Whether the request is no longer open."""
    return error.status == 409
