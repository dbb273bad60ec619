"""How a stage can end. Not in `workflows`, whose definitions the sandbox imports again for each run."""

from __future__ import annotations

from .contract import Contract
from .enums import ProjectStatus
from .handoff import ArtifactRef


class Accepted(Contract):
    """The stage is accepted. Its artifacts are in the state."""


class SentBack(Contract):
    """The verdict is failed, and the stage's rework rule sends the work back to an earlier stage."""

    feedback: str
    report: tuple[ArtifactRef, ...]


class Halted(Contract):
    """The project ends here."""

    status: ProjectStatus
    reason: str


StageOutcome = Accepted | SentBack | Halted
