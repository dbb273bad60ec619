"""The codes of the relay's close frames and error frames."""

from enum import IntEnum, StrEnum


class CloseCode(IntEnum):
    """The codes of the close frame. uvicorn itself closes with 1009 (frame over 64 KiB) and 1011 (no pong in time)."""

    SERVER_ERROR = 1011  # internal error; resume with since
    SERVICE_RESTART = 1012  # the process ends; resume with since
    BAD_REQUEST = 4400  # the query string is invalid; an error frame says why
    NOT_SIGNED_IN = 4401  # nobody is signed in, or no longer
    FORBIDDEN = 4403  # a followed project may not be seen any more
    UNKNOWN_PROJECT = 4404  # the query string names a project that does not exist
    TOO_SLOW = 4008  # the reader does not keep up; resume with since
    TOO_MANY_SOCKETS = 4013  # the process, or this caller, has no place for another socket; try again later
    TOO_MANY_FRAMES = 4429  # the client exceeded its rate limit, or a limit of requests


class ErrorCode(StrEnum):
    """The `data.code` of an `error` control frame."""

    BAD_PROJECT_ID = "bad_project_id"
    BAD_SINCE = "bad_since"
    BAD_FRAME = "bad_frame"
    UNKNOWN_PROJECT = "unknown_project"
    SINCE_PAST_HEAD = "since_past_head"
    ALREADY_FOLLOWED = "already_followed"
    NOT_FOLLOWED = "not_followed"
    ALREADY_WATCHING = "already_watching"
    NOT_WATCHING = "not_watching"
    TOO_MANY_PROJECTS = "too_many_projects"
    TOO_MANY_FRAMES = "too_many_frames"
    LOG_UNAVAILABLE = "log_unavailable"
