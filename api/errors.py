"""What can go wrong with a call, as one small tree:

    ApiError
    ├── NotFoundError        404
    ├── ConflictError        409
    ├── TooLargeError        413
    ├── MediaTypeError       415
    ├── InvalidError         422
    └── UnavailableError     503, with Retry-After

`api/problems.py` turns each into `application/problem+json` (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

WHAT_TO_DO = "Start it again from its records, or end it: on its page, or with `botarmy doctor`."
"""What a person can do about an open record without a workflow."""


class ApiError(Exception):
    """A call cannot be answered as asked; `detail` says why, to a person. `members` are added to the problem."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members


class NotFoundError(ApiError):
    status = HTTPStatus.NOT_FOUND

    @classmethod
    def of(cls, noun: str, identity: object) -> NotFoundError:
        return cls(f"There is no {noun} {identity}.")


class ConflictError(ApiError):
    """What is asked for does not fit the state of things."""

    status = HTTPStatus.CONFLICT


class TooLargeError(ApiError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class MediaTypeError(ApiError):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class InvalidError(ApiError):
    """A value is wrong: `field` of the body, or of another `place` (path, query, header)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str, message: str, place: str = "body") -> None:
        super().__init__(f"{field}: {message}", errors=[{"in": place, "field": field, "message": message}])


class UnavailableError(ApiError):
    """Something that the call needs is away."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}
