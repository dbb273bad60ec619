"""The errors that a request can end in, as one small tree:

    ApiError
    ├── NotSignedInError     401, with WWW-Authenticate
    ├── ForbiddenError       403
    ├── NotFoundError        404
    ├── ConflictError        409
    ├── TooLargeError        413
    ├── MediaTypeError       415
    ├── InvalidError         422
    ├── TooManyRequestsError 429, with Retry-After
    └── UnavailableError     503, with Retry-After

`api/problems.py` turns each into `application/problem+json` (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from api.problem_codes import ProblemCode, code_of

RECOVERY_HINT = "Restart it from its records, or end it: on its page, or with `botarmy doctor`."
"""What a person can do about an open project or task whose workflow is gone."""


class ApiError(Exception):
    """A request that cannot be served; `detail` says why, to a person, and `code` to a program. `members` are added to
    the problem document."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    headers: Mapping[str, str] = {}

    def __init__(self, detail: str, *, code: ProblemCode | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or code_of(self.status)
        self.members = members


class NotSignedInError(ApiError):
    """Nobody is signed in, or what they sent is no longer valid."""

    status = HTTPStatus.UNAUTHORIZED
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class ForbiddenError(ApiError):
    """The person may see this, and not do it."""

    status = HTTPStatus.FORBIDDEN


class NotFoundError(ApiError):
    status = HTTPStatus.NOT_FOUND

    @classmethod
    def of(cls, noun: str, identity: object) -> NotFoundError:
        return cls(f"There is no {noun} {identity}.")


class ConflictError(ApiError):
    """The request does not fit the current state."""

    status = HTTPStatus.CONFLICT


class TooLargeError(ApiError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class MediaTypeError(ApiError):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class InvalidError(ApiError):
    """A value is invalid: `field` of the body, or of another `place` (path, query, header)."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str, message: str, place: str = "body", *, code: ProblemCode | None = None) -> None:
        super().__init__(f"{field}: {message}", code=code, errors=[{"in": place, "field": field, "message": message}])


class InvalidValueError(ValueError):
    """What a validator of a shape raises for a value whose problem has a code of its own."""

    def __init__(self, detail: str, code: ProblemCode) -> None:
        super().__init__(detail)
        self.code = code


class TooManyRequestsError(ApiError):
    """Another request is accepted in some seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, detail: str, seconds: int) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(seconds)}


class UnavailableError(ApiError):
    """A server that the request needs is unavailable."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: Mapping[str, str] = {"Retry-After": "1"}
