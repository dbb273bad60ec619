"""A person's answer to a HITL request."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum

from cli.exits import UsageError


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

    def as_json(self) -> dict[str, str]:
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
