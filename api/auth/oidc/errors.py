"""Why a sign-in at the identity provider did not work. The sign-in page explains each to a person."""

from __future__ import annotations

from enum import StrEnum


class SignInProblem(StrEnum):
    """`PROBLEMS` in web/js/views/signin.js has a sentence for each."""

    EXPIRED = "expired"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    INVALID = "invalid"
    DISABLED = "disabled"
    TOO_MANY = "too_many"


class ProviderError(Exception):
    """The provider did not sign somebody in. The message is for the log, and contains no token."""

    def __init__(self, problem: SignInProblem, message: str) -> None:
        super().__init__(message)
        self.problem = problem
