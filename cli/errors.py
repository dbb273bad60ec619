"""Exit codes, and the errors that end a command with one line and an exit code.

Imported before Ctrl-C is handled (see `cli.main`), so it imports nothing.
"""

from __future__ import annotations

COMPLETED = 0
FAILED = 1
USAGE = 2
REJECTED = 3
CANCELLED = 4
NO_API = 5
UNDELIVERED = 6
"""The project completed, but its delivery could not be written."""
ALREADY_RUNNING = 7
"""`up --fail-if-running` started no stack; the Makefile uses this code, too."""
BARRED = 8
"""Others have to decide the request: its review is assigned to them."""
INTERRUPTED = 130
NOT_READ = 141
"""Whatever reads the output has closed it, as `head` does. Programs that SIGPIPE ends have this code, too."""
TERMINATED = 143


NOT_ELIGIBLE = "not_eligible"
"""The code of the problem that others have to decide."""

INVALID = 422
"""The HTTP status of a refusal of what was given."""


class CommandError(Exception):
    """Ends a command with the exit code `code`; the message is printed on one line."""

    code = FAILED


class UsageError(CommandError):
    """The arguments of a command cannot be used."""

    code = USAGE


class NoApiError(CommandError):
    """The API cannot be reached, or what answers is not our API."""

    code = NO_API


class ApiError(CommandError):
    """The API refused: `status` is the HTTP status, `problem` the problem document, the message its detail."""

    def __init__(self, status: int, message: str, problem: dict[str, object]) -> None:
        super().__init__(message)
        self.status = status
        self.problem = problem
        if problem.get("code") == NOT_ELIGIBLE:
            self.code = BARRED
        elif status == INVALID:
            self.code = USAGE
