"""Why the relay closes a socket, and what it says to a client that it does not close."""

from enum import IntEnum, StrEnum


class CloseCode(IntEnum):
    """The codes of the close frame; 1009 (frame over 64 KiB) and 1011 (no pong) come from the server itself."""

    SERVER_ERROR = 1011
    SERVICE_RESTART = 1012
    BAD_REQUEST = 4400
    UNKNOWN_PROJECT = 4404
    TOO_SLOW = 4008
    TOO_MANY_SOCKETS = 4013
    TOO_MANY_FRAMES = 4429


class Problem(StrEnum):
    """The `data.code` of an `error` control frame."""

    BAD_PROJECT_ID = "bad_project_id"
    BAD_SINCE = "bad_since"
    BAD_FRAME = "bad_frame"
    UNKNOWN_PROJECT = "unknown_project"
    SINCE_PAST_HEAD = "since_past_head"
    ALREADY_FOLLOWED = "already_followed"
    NOT_FOLLOWED = "not_followed"
    TOO_MANY_PROJECTS = "too_many_projects"
    TOO_MANY_FRAMES = "too_many_frames"
    LOG_UNAVAILABLE = "log_unavailable"
