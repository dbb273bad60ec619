"""The rehearsal crew: real work on the real brief, offline, free, and with the same result each time."""

from __future__ import annotations

from config.settings import Settings
from crew.protocol import Agent
from crew.rehearsal.analyst import Analyst
from crew.rehearsal.architect import Architect
from crew.rehearsal.coder import Coder
from crew.rehearsal.controls import Controls, rehearsal_controls
from crew.rehearsal.deployer import Deployer
from crew.rehearsal.generic import Reviewer, Writer
from crew.rehearsal.tester import Tester
from models.contracts.names import AgentType, BuiltInRole
from models.contracts.roles import Role, Writes
from sandbox import Sandbox

__all__ = ["Controls", "RehearsalCrew", "create", "rehearsal_controls"]


class RehearsalCrew:
    """Plays every role: the built-in ones as themselves, the others by what they write.

    Args:
        step_seconds: how long each step takes, unless the brief sets it.
        sandbox: runs the tests of a package; one with the usual limits, unless another is given.
    """

    def __init__(self, step_seconds: float = 0.0, sandbox: Sandbox | None = None) -> None:
        sandbox = sandbox or Sandbox()
        coder, deployer = Coder(step_seconds), Deployer(step_seconds, sandbox)
        self._by_name: dict[AgentType, Agent] = {
            BuiltInRole.ANALYST: Analyst(step_seconds),
            BuiltInRole.ARCHITECT: Architect(step_seconds),
            BuiltInRole.CODER: coder,
            BuiltInRole.TESTER: Tester(step_seconds, sandbox),
            BuiltInRole.DEPLOYER: deployer,
        }
        self._by_writes: dict[Writes, Agent] = {
            Writes.DOCUMENT: Writer(step_seconds),
            Writes.FILES: coder,
            Writes.REPORT: Reviewer(step_seconds),
            Writes.PACKAGE: deployer,
        }

    def agent(self, role: Role) -> Agent:
        return self._by_name.get(role.name) or self._by_writes[role.writes]

    async def close(self) -> None:
        """Close nothing: it has no connections."""


def create(settings: Settings) -> RehearsalCrew:
    """Return the crew with the settings of this process."""
    return RehearsalCrew(settings.rehearsal_step_seconds, Sandbox.with_settings(settings))
