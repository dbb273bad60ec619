"""The codes of problems: stable names for programs. A status may have several causes, and details are for people.

A code never changes its meaning. `docs/api.md` lists them.
"""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus


class ProblemCode(StrEnum):
    BAD_REQUEST = "bad_request"
    FORBIDDEN = "forbidden"
    NOT_ELIGIBLE = "not_eligible"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TIMEOUT = "timeout"
    CONFLICT = "conflict"
    STALE = "stale"
    ALREADY_DECIDED = "already_decided"
    CLOSED = "closed"
    NOT_POSSIBLE = "not_possible"
    NEEDS_PERSON = "needs_person"
    DEADLINE_PASSED = "deadline_passed"
    DEADLINE_CHANGED = "deadline_changed"
    WORKFLOW_GONE = "workflow_gone"
    PROJECT_ENDED = "project_ended"
    LAST_ADMIN = "last_admin"
    LOGIN_TAKEN = "login_taken"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    MISDIRECTED = "misdirected"
    INVALID = "invalid"
    WEAK_PASSWORD = "weak_password"
    SUBJECT_REQUIRED = "subject_required"
    KEY_REUSED = "key_reused"
    TOO_MANY_REQUESTS = "too_many_requests"
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"


_OF_STATUS = {
    HTTPStatus.FORBIDDEN: ProblemCode.FORBIDDEN,
    HTTPStatus.NOT_FOUND: ProblemCode.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: ProblemCode.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_TIMEOUT: ProblemCode.TIMEOUT,
    HTTPStatus.CONFLICT: ProblemCode.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProblemCode.TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ProblemCode.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.MISDIRECTED_REQUEST: ProblemCode.MISDIRECTED,
    HTTPStatus.UNPROCESSABLE_ENTITY: ProblemCode.INVALID,
    HTTPStatus.TOO_MANY_REQUESTS: ProblemCode.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE: ProblemCode.UNAVAILABLE,
}


def code_of(status: HTTPStatus) -> ProblemCode:
    """Return the code of a problem that has no closer one."""
    return _OF_STATUS.get(
        status, ProblemCode.BAD_REQUEST if status < HTTPStatus.INTERNAL_SERVER_ERROR else ProblemCode.INTERNAL
    )
