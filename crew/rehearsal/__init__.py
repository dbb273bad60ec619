"""The rehearsal crew: real work on the real brief, offline, free, and with the same result each time."""

from collections.abc import Mapping

from crew.protocol import Agent
from crew.rehearsal.analyst import Analyst
from crew.rehearsal.architect import Architect
from crew.rehearsal.coder import Coder
from crew.rehearsal.controls import Controls, rehearsal_controls
from crew.rehearsal.deployer import Deployer
from crew.rehearsal.tester import Tester
from models.contracts.enums import AgentType
from sandbox import Sandbox

__all__ = ["Controls", "rehearsal_agents", "rehearsal_controls"]


def rehearsal_agents(
    step_seconds: float = 0.0, test_seconds: float = 30.0, *, allow_unconfined: bool = False
) -> Mapping[AgentType, Agent]:
    """Return the agents by role.

    Args:
        step_seconds: how long each step takes, unless the brief sets it.
        test_seconds: how long the tests of a package may run.
        allow_unconfined: whether a person's code may run if the system cannot confine it.
    """
    sandbox = Sandbox(test_seconds, allow_unconfined=allow_unconfined)
    return {
        AgentType.ANALYST: Analyst(step_seconds),
        AgentType.ARCHITECT: Architect(step_seconds),
        AgentType.CODER: Coder(step_seconds),
        AgentType.TESTER: Tester(step_seconds, sandbox),
        AgentType.DEPLOYER: Deployer(step_seconds, sandbox),
    }
