"""Exit codes, and the errors that become one line and one of them."""

from __future__ import annotations

COMPLETED = 0
FAILED = 1
USAGE = 2
REJECTED = 3
CANCELLED = 4
NO_API = 5
UNDELIVERED = 6
"""The project completed, and its delivery could not be written."""
INTERRUPTED = 130

BY_STATUS = {"completed": COMPLETED, "failed": FAILED, "rejected": REJECTED, "cancelled": CANCELLED}
"""The exit code of a project's last status."""


class CommandError(Exception):
    """What a command tells its user, in one line, before it ends with `code`."""

    code = FAILED


class UsageError(CommandError):
    """The command was asked for something that cannot be."""

    code = USAGE


class NoApiError(CommandError):
    """Nothing that speaks our API answers."""

    code = NO_API


class ApiError(CommandError):
    """The API refused; the message is what it says, `status` the HTTP status, `problem` the whole answer."""

    def __init__(self, status: int, message: str, problem: dict[str, object]) -> None:
        super().__init__(message)
        self.status = status
        self.problem = problem
