"""What a client asks: in the address of its socket, and in the frames that it sends."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams

from api.realtime.close_codes import Problem
from models.contracts.contract import StrictContract

MAX_SEQ = 2**63 - 1
"""Sequence numbers are PostgreSQL's bigint."""

Since = Annotated[int, Field(strict=True, ge=0, le=MAX_SEQ)]


class BadRequestError(Exception):
    """A request that cannot be read; `code` and the message are for the client."""

    def __init__(self, code: Problem, message: str) -> None:
        super().__init__(message)
        self.code = code


class Subscribe(StrictContract):
    """Follow a project: after the number `since`, or from now on."""

    action: Literal["subscribe"]
    project_id: UUID
    since: Since | None = None


class Unsubscribe(StrictContract):
    action: Literal["unsubscribe"]
    project_id: UUID


class Watch(StrictContract):
    """Be told which projects change, whichever they are."""

    action: Literal["watch"]


class Unwatch(StrictContract):
    action: Literal["unwatch"]


class Ping(StrictContract):
    action: Literal["ping"]


Request = Subscribe | Unsubscribe | Watch | Unwatch | Ping
_REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="action")])


def read_frame(text: str | None) -> Request:
    """Read a client's frame; None is a binary one. Raises BadRequestError."""
    if text is None:
        raise BadRequestError(Problem.BAD_FRAME, "send text frames; this one is binary")
    try:
        return _REQUEST.validate_json(text)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in problem["loc"][1:])
        raise BadRequestError(Problem.BAD_FRAME, f"{place}: {problem['msg']}" if place else problem["msg"]) from None


def read_query(query: QueryParams) -> Subscribe | None:
    """Read the socket's address; None where it names no project. Raises BadRequestError."""
    project, since = query.get("project_id"), query.get("since")
    if project is None:
        if since is not None:
            raise BadRequestError(Problem.BAD_SINCE, "since needs a project_id")
        return None
    try:
        project_id = UUID(project)
    except ValueError:
        raise BadRequestError(Problem.BAD_PROJECT_ID, "project_id must be a UUID") from None
    if since is None:
        return Subscribe(action="subscribe", project_id=project_id)
    if not re.fullmatch(r"[0-9]{1,19}", since) or int(since) > MAX_SEQ:
        raise BadRequestError(Problem.BAD_SINCE, f"since must be a whole number from 0 to {MAX_SEQ}")
    return Subscribe(action="subscribe", project_id=project_id, since=int(since))
