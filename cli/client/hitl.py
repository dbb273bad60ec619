"""HITL requests: reading them, and responding."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from cli.client.http import Client, Json
from cli.client.request_shapes import Request
from cli.errors import ApiError
from models.contracts.enums import HitlAction

SUBMITTED = 202
"""The HTTP status of a response that no worker has judged yet."""
STALE = "stale"
"""The code of a problem: the request asks about something else than was read."""
SUBMITTED_MESSAGE = "sent; waiting for a worker to judge it"


@dataclass(frozen=True, slots=True)
class Response:
    """A response to send. Its `decision_id` is generated once, so that sending it again changes nothing."""

    action: HitlAction
    comment: str | None = None
    content: str | None = None
    encoding: str | None = None
    artifact_id: str | None = None
    redo: str | None = None
    responder: str | None = None
    raise_by: Json | None = None
    raise_from: Json | None = None
    without_asking: bool = False
    decision_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def as_json(self) -> Json:
        fields = {
            "action": str(self.action),
            "decision_id": self.decision_id,
            "comment": self.comment,
            "content": self.content,
            "encoding": self.encoding,
            "artifact_id": self.artifact_id,
            "redo": self.redo,
            "responder": self.responder,
            "raise_by": self.raise_by,
            "raise_from": self.raise_from,
            "without_asking": self.without_asking or None,
        }
        return {name: value for name, value in fields.items() if value is not None}


async def fetch(client: Client, request_id: str) -> Request:
    """Return a request with its artifacts and its history."""
    return Request.model_validate(await client.get(f"/hitl/{request_id}"))


async def respond(client: Client, request: Request, response: Response) -> tuple[int, Json]:
    """Send a response to what the request asks about, as it was read. Return 200 and the outcome, or 202 if no worker
    has judged it yet.

    Raises:
        ApiError: the response was refused, or (409) another one decided first, or the request has changed.
    """
    subject = {"subject_hash": request.subject_hash} if request.subject_hash else {}
    return await client.post(f"/hitl/{request.id}/respond", {**response.as_json(), **subject})


async def extend(client: Client, request_id: str, extension: Json) -> tuple[int, Json]:
    """Extend a deadline. Return 200 and the new one, or 202 if no worker has applied it yet.

    Raises:
        ApiError: it was refused, or (409) the request is closed or has another deadline than `was`.
    """
    given = {"extension_id": str(uuid.uuid4()), **extension}
    return await client.patch(
        f"/hitl/{request_id}", {name: value for name, value in given.items() if value is not None}
    )


def is_already_decided(error: ApiError) -> bool:
    """Return whether the error means that the request is no longer open."""
    return error.status == 409 and error.problem.get("code") != STALE
