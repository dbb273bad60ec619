"""How a stage can end. Not in `workflows`, whose definitions the sandbox imports again for each run."""

from __future__ import annotations

from .contract import Contract
from .enums import ProjectStatus
from .handoff import ArtifactRef


class Accepted(Contract):
    """The stage is accepted. Its artifacts are in the state."""


class SentBack(Contract):
    """The work goes back to an earlier stage: to the one that a person named, else as the stage's rework rule says."""

    to: str | None = None
    feedback: str
    report: tuple[ArtifactRef, ...]


class Halted(Contract):
    """The project ends here."""

    status: ProjectStatus
    reason: str


StageOutcome = Accepted | SentBack | Halted
