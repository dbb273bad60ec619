"""The model crew: which agent does which work."""

from __future__ import annotations

from dataclasses import replace

from config.settings import Settings
from crew.model.agents.coder import Coder
from crew.model.agents.deployer import Deployer
from crew.model.agents.document import DocumentWriter
from crew.model.agents.reviewer import Reviewer
from crew.model.agents.services import AgentServices, ModelAgent
from crew.model.agents.tester import AcceptanceRunner, AcceptanceTester
from crew.model.clients import ModelClients
from crew.model.limiter.limiter import Limiter
from crew.model.mcp.tools import McpTools
from crew.protocol import Agent, Assignment, Outcome, Step
from models.contracts.names import BuiltInArtifact
from models.contracts.roles import Role, Writes
from sandbox import Sandbox


class ModelCrew:
    """Plays every role with the models that the settings, the project, its roles and stages name."""

    def __init__(self, settings: Settings) -> None:
        self._clients = ModelClients(settings)
        self._limiter = Limiter.with_settings(settings)
        services = AgentServices(
            self._clients,
            Sandbox.with_settings(settings),
            settings.model,
            self._limiter,
            McpTools(settings.mcp_servers),
        )
        self._agent = RoleDispatcher(services)

    def agent(self, role: Role) -> Agent:
        return self._agent

    async def close(self) -> None:
        await self._clients.close()
        await self._limiter.close()


class RoleDispatcher:
    """Chooses the kind of work by what the stage produces, and then by what its role writes."""

    def __init__(self, services: AgentServices) -> None:
        coder = Coder(services)
        self._by_output: dict[str, ModelAgent] = {
            BuiltInArtifact.TEST_RESULTS: AcceptanceRunner(services),
            BuiltInArtifact.ACCEPTANCE_TESTS: AcceptanceTester(services),
            BuiltInArtifact.SOURCE_CODE: coder,
            BuiltInArtifact.DEPLOYMENT_PACKAGE: Deployer(services),
        }
        self._by_writes: dict[Writes, ModelAgent] = {
            Writes.DOCUMENT: DocumentWriter(services),
            Writes.FILES: coder,
            Writes.REPORT: Reviewer(services),
            Writes.PACKAGE: DocumentWriter(services),
        }

    def is_short(self, brief: str) -> bool:
        """No step is: each waits for a model or a sandbox."""
        return False

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        by_output = (self._by_output.get(type) for type in assignment.expected_outputs)
        agent = next(filter(None, by_output), None) or self._by_writes[assignment.role.writes]
        outcome = await agent.run(assignment, step)
        if outcome.usage is None or not outcome.usage.fallbacks:
            return outcome
        said = [
            f"{each.failed} failed, and {each.asked_instead} was asked instead: {each.reason}"
            for each in outcome.usage.fallbacks
        ]
        return replace(outcome, warning=" ".join(filter(None, [outcome.warning, *said])))
