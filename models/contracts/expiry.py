"""What happens if nobody decides on a request before its deadline."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from .contract import Contract
from .enums import OnExpiry


class ExpiryEffect(StrEnum):
    """What the deadline of a request does.

    - `approves`: its artifacts are accepted as they are
    - `rejects`: the project ends as rejected
    - `fails`: the project ends as failed
    - `ends_task`: the task outside the pipeline ends without a result; the project continues
    """

    APPROVES = "approves"
    REJECTS = "rejects"
    FAILS = "fails"
    ENDS_TASK = "ends_task"


_IN_WORDS = {
    ExpiryEffect.APPROVES: "the result is approved",
    ExpiryEffect.REJECTS: "the project is rejected",
    ExpiryEffect.FAILS: "the project fails",
    ExpiryEffect.ENDS_TASK: "the task ends without a result",
}


class AtExpiry(Contract):
    """What happens at the deadline of a request, for programs and in words."""

    effect: ExpiryEffect
    words: str = Field(description="A clause, such as `the project fails`; the time of the deadline follows it.")

    @classmethod
    def of(cls, effect: ExpiryEffect) -> AtExpiry:
        return cls(effect=effect, words=_IN_WORDS[effect])


def accepts_at_expiry(on_expiry: OnExpiry, *, has_artifacts: bool, needs_person: bool) -> bool:
    """Return whether the deadline accepts a request's artifacts."""
    return on_expiry is OnExpiry.APPROVE and has_artifacts and not needs_person


def effect_of_expiry(
    on_expiry: OnExpiry, *, has_artifacts: bool, needs_person: bool, is_standalone: bool
) -> ExpiryEffect:
    """Return what the deadline of a request does. `is_standalone`: its task is outside the pipeline."""
    if accepts_at_expiry(on_expiry, has_artifacts=has_artifacts, needs_person=needs_person):
        return ExpiryEffect.APPROVES
    if is_standalone:
        return ExpiryEffect.ENDS_TASK
    return ExpiryEffect.REJECTS if on_expiry is OnExpiry.REJECT else ExpiryEffect.FAILS
