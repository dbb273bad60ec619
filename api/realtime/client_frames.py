"""Parse what a client requests, in the query string of its socket and in the frames that it sends."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams

from api.realtime.close_codes import ErrorCode
from models.contracts.contract import StrictContract

MAX_SEQ = 2**63 - 1
"""Sequence numbers are PostgreSQL's bigint."""

Since = Annotated[int, Field(strict=True, ge=0, le=MAX_SEQ)]


class BadRequestError(Exception):
    """An invalid request; `code` and the message are for the client."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class Subscribe(StrictContract):
    """Follow a project from the event after `since`, or from now on; with `live`, also what models write meanwhile."""

    action: Literal["subscribe"]
    project_id: UUID
    since: Since | None = None
    live: Annotated[bool, Field(strict=True)] = False


class Unsubscribe(StrictContract):
    action: Literal["unsubscribe"]
    project_id: UUID


class Watch(StrictContract):
    """Get a notification for every project that changes."""

    action: Literal["watch"]


class Unwatch(StrictContract):
    action: Literal["unwatch"]


class Ping(StrictContract):
    action: Literal["ping"]


ClientFrame = Subscribe | Unsubscribe | Watch | Unwatch | Ping
_CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(Annotated[ClientFrame, Field(discriminator="action")])


def read_frame(text: str | None) -> ClientFrame:
    """Parse a client's frame; None is a binary one. Raises BadRequestError."""
    if text is None:
        raise BadRequestError(ErrorCode.BAD_FRAME, "send text frames, not binary ones")
    try:
        return _CLIENT_FRAME.validate_json(text)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in details["loc"][1:])
        raise BadRequestError(ErrorCode.BAD_FRAME, f"{field}: {details['msg']}" if field else details["msg"]) from None


def read_query(query: QueryParams) -> Subscribe | None:
    """Parse the query string. Return None if it names no project. Raises BadRequestError."""
    project, since = query.get("project_id"), query.get("since")
    if project is None:
        if since is not None:
            raise BadRequestError(ErrorCode.BAD_SINCE, "since requires a project_id")
        return None
    try:
        project_id = UUID(project)
    except ValueError:
        raise BadRequestError(ErrorCode.BAD_PROJECT_ID, "project_id must be a UUID") from None
    live = query.get("live") == "true"
    if since is None:
        return Subscribe(action="subscribe", project_id=project_id, live=live)
    if not re.fullmatch(r"[0-9]{1,19}", since) or int(since) > MAX_SEQ:
        raise BadRequestError(ErrorCode.BAD_SINCE, f"since must be a whole number from 0 to {MAX_SEQ}")
    return Subscribe(action="subscribe", project_id=project_id, since=int(since), live=live)
