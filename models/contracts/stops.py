"""What a stop holds: everything, a project, a role, or one step."""

from __future__ import annotations

from uuid import UUID

from .contract import Contract
from .enums import StopScope
from .names import AgentType

STOPPED = "Stopped"
"""The type of the error with which a step ends that a person has stopped, until the stop is released."""


class StopTarget(Contract):
    """What a stop holds. Each field that is set narrows it; without any, it holds every step of every project.

    A stop of one step names its project, too.
    """

    project_id: UUID | None = None
    role: AgentType | None = None
    task_id: UUID | None = None

    @property
    def scope(self) -> StopScope:
        if self.task_id is not None:
            return StopScope.STEP
        if self.role is not None:
            return StopScope.ROLE
        return StopScope.ALL if self.project_id is None else StopScope.PROJECT

    def covers(self, project_id: UUID, role: AgentType, task_id: UUID) -> bool:
        """Return whether the stop holds this step."""
        return self.project_id in (None, project_id) and self.role in (None, role) and self.task_id in (None, task_id)


class HeldStop(Contract):
    """A stop that has not been released, as a running step needs it."""

    stop_id: UUID
    target: StopTarget
    reason: str
    stopped_by: str
