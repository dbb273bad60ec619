"""How a handoff can end. Not in `workflows`, since the sandbox imports that anew for each run."""

from __future__ import annotations

from .contract import Contract
from .enums import ProjectStatus
from .handoff import ArtifactRef
from .hitl import HitlResponse, JudgedResponse


class Accepted(Contract):
    """The stage is done; its artifacts are in the state."""


class SentBack(Contract):
    """The verdict was a failure, and the stage's rework rule sends the work back to an earlier stage."""

    feedback: str
    report: tuple[ArtifactRef, ...]


class Halted(Contract):
    """The project ends here."""

    status: ProjectStatus
    reason: str


Ending = Accepted | SentBack | Halted


class Judgement(Contract):
    """What came of the responses to a request so far: at most one winner, and every one of them with its outcome."""

    winner: HitlResponse | None = None
    judged: tuple[JudgedResponse, ...] = ()
